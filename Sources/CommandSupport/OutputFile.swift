internal import Glibc
internal import SystemPackage

/// Where a command writes much: a file that appears whole when it is done, or standard output.
package struct OutputFile: ~Copyable {
  /// Bytes that are written at a time.
  private static let block = 1 << 16

  private let descriptor: FileDescriptor
  private let path: String?
  private var buffer: [UInt8] = []

  /// - Parameter path: The file; nil for standard output.
  /// - Throws: ``CommandFailure`` when it cannot be made.
  package init(_ path: String?) throws {
    self.path = path
    buffer.reserveCapacity(Self.block * 2)
    guard let path else {
      descriptor = .standardOutput
      return
    }
    do {
      descriptor = try FileDescriptor.open(
        FilePath(path + ".part"),
        .writeOnly,
        options: [.create, .truncate],
        permissions: [.ownerReadWrite, .groupRead, .otherRead]
      )
    } catch {
      throw CommandFailure(.cannotCreate, "\(path).part cannot be written: \(error)")
    }
  }

  /// Appends bytes.
  ///
  /// - Throws: ``CommandFailure`` when the disk does not take it.
  package mutating func append(_ bytes: some Sequence<UInt8>) throws {
    buffer.append(contentsOf: bytes)
    if buffer.count >= Self.block { try flush() }
  }

  /// Writes what is left, and gives the file its name.
  package mutating func finish() throws {
    try flush()
    guard let path else { return }
    do {
      try descriptor.close()
    } catch {
      throw CommandFailure(.cannotCreate, "\(path) cannot be written: \(error)")
    }
    if rename(path + ".part", path) != 0 {
      throw CommandFailure(.cannotCreate, "\(path) cannot be written: \(Errno(rawValue: errno))")
    }
  }

  private mutating func flush() throws {
    do {
      try descriptor.writeAll(buffer)
    } catch {
      throw CommandFailure(
        .cannotCreate,
        "\(path ?? "standard output") cannot be written: \(error); is the disk full?"
      )
    }
    buffer.removeAll(keepingCapacity: true)
  }
}
