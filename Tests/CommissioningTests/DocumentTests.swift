import MarkedYAML
import TestSupport
import Testing

@testable import Commissioning

/// What commissioning.md says is so.
@Suite("The document of commissioning")
struct DocumentTests {
  @Test("Every code of a finding about captures means what the document says")
  func codes() throws {
    let said = try Document("profiles.md").rows(below: "## Findings")
    let codes: [FindingCode] = [
      .captureDiffers, .captureIncomplete, .captureForeign, .captureMissing,
    ]
    for code in codes { #expect(said.contains([code.name, code.meaning])) }
  }

  @Test("The capture that it shows can be read")
  func capture() throws {
    let blocks = try Document("commissioning.md").blocks(of: "yaml")
    #expect(!blocks.isEmpty)
    for block in blocks {
      #expect(CaptureFile.load(bytes: Array(block.utf8), file: "c.yaml").findings == [])
    }
  }
}
