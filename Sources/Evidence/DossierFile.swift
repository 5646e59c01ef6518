internal import Crypto
internal import Glibc
internal import Telemetry

/// The names in a dossier.
package enum DossierName {
  package static let records = "records.jsonl"
  package static let proofs = "proofs.txt"
  package static let checkpoint = "checkpoint.txt"

  /// The timestamp token of the checkpoint, in DER; where there is one.
  package static let timestamp = "checkpoint.tst"
  package static let readme = "README.txt"
  package static let sums = "SHA256SUMS"
  package static let files = "files"

  /// Where the text of a document record lies, so that people can read it.
  ///
  /// - Parameters:
  ///   - kind: What it is.
  ///   - name: Its name, from which only what any file system takes remains.
  ///   - hash: SHA-256 of its text, in hexadecimal.
  /// - Returns: Its path within the dossier.
  static func file(kind: String, name: String, hash: String) -> String {
    let plain = name.unicodeScalars.map { scalar in
      let isLetter = scalar.isASCII && scalar.properties.isAlphabetic
      return isLetter || "0123456789-_".unicodeScalars.contains(scalar) ? String(scalar) : "_"
    }.joined()
    return "\(files)/\(kind)-\(plain)-\(hash.prefix(12)).yaml"
  }
}

/// Why a dossier cannot be written or read.
package enum DossierError: Error, Sendable, Hashable, CustomStringConvertible {
  case cannotWrite(path: String, reason: String)
  case cannotRead(path: String, reason: String)
  case exists(path: String)
  /// No record of the journal names the lot.
  case unknownLot(String)
  /// The journal was never signed.
  case noCheckpoint
  /// All that is recorded of the lot is later than the last checkpoint.
  case notCovered(lot: String, size: Int)
  /// A record cannot be read.
  case damaged(seq: Int, String)

  package var description: String {
    switch self {
    case .cannotWrite(let path, let reason): "\(path) cannot be written: \(reason)"
    case .cannotRead(let path, let reason): "\(path) cannot be read: \(reason)"
    case .exists(let path): "\(path) is there already; name a folder that is not"
    case .unknownLot(let lot): "no record names lot \(lot); is it spelt as on its label?"
    case .noCheckpoint:
      "the journal has no checkpoint yet, which evidence hangs on; the agent writes one after each "
        + "lot's end, at an interval, and when it stops"
    case .notCovered(let lot, let size):
      "all records of lot \(lot) are later than the last checkpoint, which covers \(size) records; "
        + "the agent writes the next after the lot's end, at an interval, and when it stops"
    case .damaged(let seq, let reason): "record \(seq) cannot be read: \(reason)"
    }
  }
}

/// A new file that is written from its beginning to its end.
final class OutputFile {
  private let path: String
  private let descriptor: CInt
  private var buffer: [UInt8] = []
  private var hash = SHA256()

  private static let bufferBytes = 1 << 16

  init(_ path: String) throws(DossierError) {
    self.path = path
    descriptor = open(path, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else {
      throw .cannotWrite(path: path, reason: String(cString: strerror(errno)))
    }
  }

  deinit { close(descriptor) }

  func write(_ bytes: some Sequence<UInt8>) throws(DossierError) {
    buffer.append(contentsOf: bytes)
    if buffer.count >= Self.bufferBytes { try flush() }
  }

  /// Makes it durable.
  ///
  /// - Returns: The hash of all its bytes.
  func finish() throws(DossierError) -> Telemetry.Digest {
    try flush()
    guard fsync(descriptor) == 0 else { throw failure }
    guard let digest = Telemetry.Digest(bytes: Array(hash.finalize())) else {
      preconditionFailure("SHA-256 has 32 bytes")
    }
    return digest
  }

  private var failure: DossierError {
    .cannotWrite(path: path, reason: String(cString: strerror(errno)))
  }

  private func flush() throws(DossierError) {
    hash.update(data: buffer)
    var rest = buffer[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { throw failure }
      rest = rest.dropFirst(count)
    }
    buffer.removeAll(keepingCapacity: true)
  }
}

/// Reads a file line by line; no more of it is in memory than a line and a page.
final class LineReader {
  let name: String
  private let path: String
  private let descriptor: CInt
  private var buffer: [UInt8] = []
  private var position = 0
  private var isAtEnd = false
  private var hash = SHA256()

  /// No line of a dossier is longer.
  private static let lineBytes = 8 << 20
  private static let pageBytes = 1 << 16

  init(_ name: String, in folder: String) throws(DossierError) {
    self.name = name
    path = folder + "/" + name
    descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw failure }
  }

  deinit { close(descriptor) }

  private var failure: DossierError {
    .cannotRead(path: path, reason: String(cString: strerror(errno)))
  }

  /// The next line without its end; nil after the last.
  ///
  /// - Throws: ``DossierError``, also when the last line has no end.
  func next() throws(DossierError) -> [UInt8]? {
    var searched = position
    while true {
      if let end = buffer[searched...].firstIndex(of: 0x0A) {
        let line = Array(buffer[position..<end])
        position = end + 1
        return line
      }
      searched = buffer.count - position
      try fill()
      if isAtEnd {
        if position == buffer.count { return nil }
        throw .cannotRead(path: path, reason: "its last line has no end")
      }
      guard buffer.count <= Self.lineBytes else {
        throw .cannotRead(path: path, reason: "a line has more than \(Self.lineBytes) bytes")
      }
    }
  }

  private func fill() throws(DossierError) {
    buffer.removeFirst(position)
    position = 0
    var page = [UInt8](repeating: 0, count: Self.pageBytes)
    let count = page.withUnsafeMutableBytes { read(descriptor, $0.baseAddress, $0.count) }
    guard count >= 0 else { throw failure }
    isAtEnd = count == 0
    hash.update(data: page.prefix(count))
    buffer.append(contentsOf: page.prefix(count))
  }

  /// The hash of the whole file, and its text where that is wanted.
  ///
  /// - Throws: ``DossierError``.
  func rest() throws(DossierError) -> Telemetry.Digest {
    while try next() != nil {}
    guard let digest = Telemetry.Digest(bytes: Array(hash.finalize())) else {
      preconditionFailure("SHA-256 has 32 bytes")
    }
    return digest
  }
}
