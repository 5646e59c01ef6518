import Foundation
import TestSupport
import Testing

@testable import Scans

/// What the programs of others make of a message.
private struct Answer: Decodable {
  /// Nil where zint does not make the message.
  let aim: String?
  let bytes: [UInt8]?
  let elements: [[String]]?
  let reason: String?
}

@Suite("zint, zxing-cpp and biip")
struct OracleTests {
  @Test(
    "What zint draws and zxing-cpp reads, biip and we take apart alike",
    arguments: ["DATAMATRIX", "QRCODE", "GS1_128", "DATABAR"]
  )
  func chain(symbology: String) async throws {
    var random = SeededGenerator(seed: UInt64(symbology.utf8.count))
    let peer = try PeerProcess(script: "gs1_oracle.py", [symbology])
    let reader = try CodeReader(CodeRules(standIns: []), year: 2_026)
    var compared = 0
    let messages = ProcessInfo.processInfo.environment["LOTLINE_GS1_MESSAGES"].flatMap { Int($0) }
    for _ in 0..<(messages ?? 60) {
      let message = RandomMessage(
        using: &random,
        // zint takes brackets for those around an AI.
        alphabet: Array("!\"%&'*+,-./0123456789:;<=>?ABCXYZ_abcxyz".utf8)
      )
      let line = message.elements.map { "[\($0.ai)]\($0.value)" }.joined()
      try peer.send(line)
      let text = try await peer.line()
      let answer = try JSONDecoder().decode(Answer.self, from: Data(text.utf8))
      guard let aim = answer.aim, let bytes = answer.bytes else { continue }
      #expect(bytes == Array(message.text.utf8), "\(line)")
      let separated = bytes.contains(0x1D) ? bytes : bytes + [0x1D]
      let code = try reader.read(Array(aim.utf8) + separated)
      #expect(code.symbology?.content == .elementString)
      let ours = code.elements.map { [$0.key, $0.value, $0.date?.description ?? ""] }
      #expect(ours == answer.elements, "\(line): \(answer.reason ?? "")")
      compared += 1
    }
    #expect(compared >= (messages ?? 60) / 3, "zint made and biip took too few messages")
  }
}
