internal import FoundationEssentials

/// The bytes and the text of one file.
package struct SourceText: Sendable, Hashable {
  /// No profile or configuration is longer; whatever is, is something else.
  package static let maximumBytes = 1 << 20

  package let bytes: [UInt8]
  package let text: String

  /// Reads a file; what is wrong with it goes into `log`.
  package init?(path: String, into log: FindingLog) {
    guard let bytes = Self.bytes(of: path, into: log) else { return nil }
    self.init(bytes: bytes, into: log)
  }

  /// Takes the bytes of a file that was read elsewhere.
  package init?(bytes: [UInt8], into log: FindingLog) {
    guard bytes.count <= Self.maximumBytes else {
      log.add(.fileTooLarge, at: .start, Self.tooLarge(bytes.count))
      return nil
    }
    guard let text = String(validating: bytes, as: UTF8.self) else {
      let line = Self.firstInvalidLine(in: bytes)
      log.add(
        .yamlSyntax,
        at: SourceMark(line: line, column: 1),
        "this line is not UTF-8 text; save the file as UTF-8"
      )
      return nil
    }
    self.bytes = bytes
    self.text = text
  }

  private static func bytes(of path: String, into log: FindingLog) -> [UInt8]? {
    do {
      let attributes = try FileManager.default.attributesOfItem(
        atPath: URL(filePath: path).resolvingSymlinksInPath().path
      )
      guard attributes[.type] as? FileAttributeType == .typeRegular else {
        log.add(.fileUnreadable, at: .start, "this is not a file; name a YAML file")
        return nil
      }
      let size = (attributes[.size] as? any BinaryInteger).map { Int(clamping: $0) } ?? 0
      guard size <= maximumBytes else {
        log.add(.fileTooLarge, at: .start, tooLarge(size))
        return nil
      }
      return Array(try Data(contentsOf: URL(filePath: path)))
    } catch {
      log.add(.fileUnreadable, at: .start, reason(error))
      return nil
    }
  }

  private static func reason(_ error: any Error) -> String {
    switch (error as? CocoaError)?.code {
    case .fileNoSuchFile?, .fileReadNoSuchFile?:
      "there is no such file; check its name and folder"
    case .fileReadNoPermission?: "the file may not be read; check its owner and mode"
    default: "the file cannot be read: \(error)"
    }
  }

  private static func tooLarge(_ count: Int) -> String {
    "the file has \(count) bytes; at most \(maximumBytes) are read"
  }

  private static func firstInvalidLine(in bytes: [UInt8]) -> Int {
    let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    let index = lines.firstIndex { String(validating: $0, as: UTF8.self) == nil }
    return (index ?? 0) + 1
  }
}
