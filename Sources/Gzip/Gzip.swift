internal import CZlib

/// The gzip format (RFC 1952), for what goes over the network.
package enum Gzip {
  /// Bytes that zlib fills at a time.
  private static let chunkBytes = 65_536

  /// zlib's window of 32 KiB, plus 16 for a gzip header and trailer.
  private static let gzipWindow: CInt = 15 + 16

  /// Compresses `bytes` into one gzip member.
  ///
  /// - Parameters:
  ///   - bytes: What to compress.
  ///   - level: 1, fastest, to 9, smallest.
  /// - Returns: The member, header and check sum included.
  /// - Throws: ``GzipError/zlib(code:)``, only when zlib cannot allocate.
  package static func compress(_ bytes: [UInt8], level: Int = 1) throws(GzipError) -> [UInt8] {
    precondition((1...9).contains(level))
    var stream = z_stream()
    try check(czlib_deflate_init(&stream, CInt(level), gzipWindow))
    defer { deflateEnd(&stream) }
    var output: [UInt8] = []
    output.reserveCapacity(bytes.count / 4 + 64)
    try feed(bytes, to: &stream, into: &output, limit: .max) { stream in
      deflate(&stream, Z_FINISH)
    }
    return output
  }

  /// Decompresses one gzip member.
  ///
  /// - Parameters:
  ///   - bytes: The member.
  ///   - limit: Most bytes that may come out; a sender cannot make the receiver allocate more,
  ///     however small its message.
  /// - Returns: What was compressed.
  /// - Throws: ``GzipError`` when the bytes are not one whole gzip member, or too much comes out.
  package static func decompress(_ bytes: [UInt8], limit: Int) throws(GzipError) -> [UInt8] {
    var stream = z_stream()
    try check(czlib_inflate_init(&stream, gzipWindow))
    defer { inflateEnd(&stream) }
    var output: [UInt8] = []
    let rest = try feed(bytes, to: &stream, into: &output, limit: limit) { stream in
      inflate(&stream, Z_NO_FLUSH)
    }
    guard rest == 0 else { throw .trailingBytes(rest) }
    return output
  }

  /// Runs zlib over `bytes` until it reports the end of the stream.
  ///
  /// - Returns: The number of bytes that it left untouched.
  @discardableResult
  private static func feed(
    _ bytes: [UInt8],
    to stream: inout z_stream,
    into output: inout [UInt8],
    limit: Int,
    step: (inout z_stream) -> CInt
  ) throws(GzipError) -> Int {
    guard bytes.count <= Int(UInt32.max) else { throw .tooLarge(limit: Int(UInt32.max)) }
    var input = bytes
    var chunk = [UInt8](repeating: 0, count: chunkBytes)
    var used = 0
    while true {
      let (code, consumed, produced) = input.withUnsafeMutableBufferPointer { source in
        chunk.withUnsafeMutableBufferPointer { target in
          stream.next_in = source.baseAddress.map { $0 + used }
          stream.avail_in = UInt32(source.count - used)
          stream.next_out = target.baseAddress
          stream.avail_out = UInt32(target.count)
          let code = step(&stream)
          return (
            code, source.count - used - Int(stream.avail_in), target.count - Int(stream.avail_out)
          )
        }
      }
      used += consumed
      guard output.count + produced <= limit else { throw .tooLarge(limit: limit) }
      output.append(contentsOf: chunk[..<produced])
      if code == Z_STREAM_END { return bytes.count - used }
      // Z_BUF_ERROR is no error, but says that nothing more can be done.
      guard code == Z_OK || code == Z_BUF_ERROR else { throw .zlib(code: code) }
      if consumed == 0, produced == 0 { throw .truncated }
    }
  }

  private static func check(_ code: CInt) throws(GzipError) {
    guard code == Z_OK else { throw .zlib(code: code) }
  }
}
