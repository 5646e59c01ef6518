/// Why bytes could not be compressed or decompressed.
package enum GzipError: Error, Sendable, Hashable, CustomStringConvertible {
  /// More would come out than is allowed.
  case tooLarge(limit: Int)
  /// The bytes end before the gzip member does.
  case truncated
  /// Something follows the gzip member.
  case trailingBytes(Int)
  /// zlib's own error code: -3 for damaged data, -4 for want of memory.
  case zlib(code: Int32)

  package var description: String {
    switch self {
    case .tooLarge(let limit): "the gzip data unpacks to more than \(limit) bytes"
    case .truncated: "the gzip data ends too early; it was cut on the way"
    case .trailingBytes(let count): "\(count) bytes follow the end of the gzip data"
    case .zlib(-3): "this is not gzip data, or it is damaged"
    case .zlib(let code): "zlib failed with code \(code)"
    }
  }
}
