internal import FoundationEssentials

#if canImport(Glibc)
internal import Glibc
#endif

/// What the journal needs of the file system, beside SQLite.
enum Files {
  /// The words for the last failed call.
  static var lastError: String { String(cString: strerror(errno)) }

  static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

  /// Bytes of a file; 0 when there is none.
  static func size(_ path: String) -> Int {
    var status = stat()
    return stat(path, &status) == 0 ? Int(status.st_size) : 0
  }

  /// Creates an empty file that its owner alone can read.
  static func createPrivate(_ path: String) throws(JournalError) {
    let descriptor = open(path, O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw .cannotOpen(path: path, reason: lastError) }
    close(descriptor)
    try syncFolder(of: path)
  }

  /// Puts `bytes` in place of a file so that after a crash it holds the old bytes or the new ones.
  static func replace(_ path: String, with bytes: [UInt8]) throws(JournalError) {
    let temporary = path + ".new"
    let descriptor = open(temporary, O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw .cannotOpen(path: temporary, reason: lastError) }
    let isWritten = bytes.withUnsafeBytes { writeAll($0, to: descriptor) }
    let isSynced = isWritten && fsync(descriptor) == 0
    let reason = lastError
    close(descriptor)
    guard isSynced else { throw .cannotOpen(path: temporary, reason: reason) }
    guard rename(temporary, path) == 0 else { throw .cannotOpen(path: path, reason: lastError) }
    try syncFolder(of: path)
  }

  /// Makes a file's bytes durable.
  static func sync(_ path: String) throws(JournalError) {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw .cannotOpen(path: path, reason: lastError) }
    let isSynced = fsync(descriptor) == 0
    let reason = lastError
    close(descriptor)
    guard isSynced else { throw .cannotOpen(path: path, reason: reason) }
  }

  /// Gives a file another name, durably; a file of that name is gone then.
  static func move(_ path: String, to target: String) throws(JournalError) {
    guard rename(path, target) == 0 else { throw .cannotOpen(path: path, reason: lastError) }
    try syncFolder(of: target)
  }

  /// Gives a file a second name.
  static func link(_ path: String, to target: String) throws(JournalError) {
    guard Glibc.link(path, target) == 0 else { throw .cannotOpen(path: target, reason: lastError) }
    try syncFolder(of: target)
  }

  /// Takes a name away, durably; nothing happens when there is none.
  static func remove(_ path: String) throws(JournalError) {
    guard unlink(path) == 0 || errno == ENOENT else {
      throw .cannotOpen(path: path, reason: lastError)
    }
    try syncFolder(of: path)
  }

  /// Whether two names are of one file.
  static func areOne(_ path: String, _ other: String) -> Bool {
    var (one, two) = (stat(), stat())
    guard stat(path, &one) == 0, stat(other, &two) == 0 else { return false }
    return one.st_dev == two.st_dev && one.st_ino == two.st_ino
  }

  /// A path's last part.
  static func name(of path: String) -> String {
    path.split(separator: "/").last.map(String.init) ?? path
  }

  /// The path of another file in the same folder.
  static func sibling(of path: String, named name: String) -> String {
    let parts = path.split(separator: "/", omittingEmptySubsequences: false)
    return (parts.dropLast() + [Substring(name)]).joined(separator: "/")
  }

  private static func writeAll(_ bytes: UnsafeRawBufferPointer, to descriptor: CInt) -> Bool {
    var offset = 0
    while offset < bytes.count {
      let count = write(descriptor, bytes.baseAddress.map { $0 + offset }, bytes.count - offset)
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { return false }
      offset += count
    }
    return true
  }

  /// Makes a new name in the file's folder durable.
  private static func syncFolder(of path: String) throws(JournalError) {
    let parts = path.split(separator: "/", omittingEmptySubsequences: false)
    let folder = parts.count == 1 ? "." : parts.dropLast().joined(separator: "/") + "/"
    let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { throw .cannotOpen(path: folder, reason: lastError) }
    let isSynced = fsync(descriptor) == 0
    let reason = lastError
    close(descriptor)
    guard isSynced else { throw .cannotOpen(path: folder, reason: reason) }
  }

  /// The path without symbolic links, so that one file has one lock.
  static func resolved(_ path: String) -> String {
    guard let real = realpath(path, nil) else { return path }
    defer { free(real) }
    return String(cString: real)
  }
}

/// Keeps a second writer off a journal for as long as it lives, and for no longer than the process.
final class FileLock: Sendable {
  private let descriptor: CInt

  /// - Throws: ``JournalError/inUse(path:holder:)`` when another process holds the lock.
  init(for path: String) throws(JournalError) {
    let lockPath = path + ".lock"
    let descriptor = open(lockPath, O_CREAT | O_RDWR | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw .cannotOpen(path: lockPath, reason: Files.lastError) }
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
      let holder = Self.holder(descriptor)
      close(descriptor)
      throw .inUse(path: path, holder: holder)
    }
    self.descriptor = descriptor
    let text = Array("\(getpid())\n".utf8)
    if ftruncate(descriptor, 0) == 0 {
      // The number only makes an error message better; the lock itself is the kernel's.
      _ = text.withUnsafeBytes { pwrite(descriptor, $0.baseAddress, $0.count, 0) }
    }
  }

  deinit { close(descriptor) }

  private static func holder(_ descriptor: CInt) -> String {
    var text = [UInt8](repeating: 0, count: 16)
    let count = text.withUnsafeMutableBytes { pread(descriptor, $0.baseAddress, $0.count, 0) }
    let digits = text.prefix(max(count, 0)).prefix { (0x30...0x39).contains($0) }
    return digits.isEmpty ? "another process" : "process \(String(decoding: digits, as: UTF8.self))"
  }
}
