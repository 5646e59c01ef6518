import Foundation
import MarkedYAML
import Settings
import TestSupport
import Testing

@testable import Agent

@Suite("Serial ports that a configuration names")
struct PortFindingsTests {
  /// Two adapters, of which the first has a name by itself and one by its socket.
  private struct Ports {
    let folder: TemporaryFolder

    init() throws {
      folder = try TemporaryFolder()
      for name in ["ttyUSB0", "ttyUSB1"] { _ = try folder.write("", to: name) }
      for link in ["by-id/usb-FTDI_A", "by-path/pci-1"] {
        let path = folder.path("serial/" + link)
        try FileManager.default.createDirectory(
          atPath: (path as NSString).deletingLastPathComponent,
          withIntermediateDirectories: true
        )
        try FileManager.default.createSymbolicLink(
          atPath: path,
          withDestinationPath: folder.path("ttyUSB0")
        )
      }
    }

    func files(_ names: String...) throws -> PlantFiles {
      let files = try PlantFiles(
        names.enumerated().map { number, name in
          PlantFiles.Bus(
            id: "b\(number)",
            carrier: "rtu: {port: \(folder.path(name)), baud: 9600}",
            profile: "p",
            device: "d\(number)"
          )
        }
      )
      try files.write()
      return files
    }
  }

  @Test(
    "Two buses that name one port are refused, with both places, whatever they call it",
    arguments: [
      ("serial/by-id/usb-FTDI_A", "ttyUSB0"), ("serial/by-id/usb-FTDI_A", "serial/by-path/pci-1"),
      ("ttyUSB0", "serial/by-path/pci-1"),
    ]
  )
  func clash(first: String, second: String) throws {
    let ports = try Ports()
    let files = try ports.files(first, "ttyUSB1", second)
    let error = try #require(throws: SettingsError.self) { try files.plan() }
    #expect(error.findings.map(\.code.name) == ["same-port"])
    #expect(error.findings.map(\.line) == [7])
    let (device, path) = (ports.folder.path("ttyUSB0"), ports.folder.path)
    #expect(
      error.findings.first?.message
        == "bus b2 names \(path(second)), which is \(device) as \(path(first)) of bus b0 is, at "
        + "line 5; name it once, as one bus, and let the devices share it"
    )
  }

  @Test("A port that has a lasting name is advised of it, and one that has none is not")
  func advice() throws {
    let ports = try Ports()
    let plan = try ports.files("ttyUSB0", "ttyUSB1").plan()
    let findings = plan.advice(serialPorts: ports.folder.path("serial"))
    #expect(findings.map(\.severity) == [.warning])
    #expect(findings.map(\.line) == [5])
    let (device, path) = (ports.folder.path("ttyUSB0"), ports.folder.path)
    #expect(
      findings.first?.message
        == "\(device) may be another adapter when one is plugged in again; its lasting name is "
        + path("serial/by-id/usb-FTDI_A")
    )
  }

  @Test("Lasting names, and ports that are not plugged in, are left as they are")
  func quiet() throws {
    let ports = try Ports()
    let plan = try ports.files("serial/by-path/pci-1", "gone", "serial/by-id/gone").plan()
    #expect(plan.advice(serialPorts: ports.folder.path("serial")).isEmpty)
  }
}
