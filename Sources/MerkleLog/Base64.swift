internal import FoundationEssentials

/// Standard Base 64 (RFC 4648, section 4), one text for each run of bytes.
package enum Base64 {
  package static func text(_ bytes: some Sequence<UInt8>) -> String {
    Data(bytes).base64EncodedString()
  }

  /// - Returns: nil for anything that ``text(_:)`` would not have written.
  package static func bytes(_ text: some StringProtocol) -> [UInt8]? {
    let text = String(text)
    guard let data = Data(base64Encoded: text), data.base64EncodedString() == text else {
      return nil
    }
    return Array(data)
  }
}
