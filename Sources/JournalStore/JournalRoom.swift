internal import FoundationEssentials
internal import Telemetry

#if canImport(Glibc)
internal import Glibc
#endif

/// How much room the journal has, and what is kept for bad times.
extension Journal {
  /// Room for the journal, in bytes.
  package struct Room: Sendable, Hashable {
    /// What is free on its file system for this user, and in its file.
    package let free: Int

    /// What its file holds.
    package let used: Int

    /// The file system's size.
    package let total: Int

    package init(free: Int, used: Int, total: Int) {
      self.free = free
      self.used = used
      self.total = total
    }
  }

  /// Bytes that are kept from others, so that a disk that somebody else fills takes a last record; on
  /// small disks less.
  static let reserveBytes = 16 * 1_048_576

  /// A log of this size is held by somebody who reads for long.
  static let heldLogBytes = JournalSchema.logBytesLimit

  /// A log that readers have let grow to this size is begun anew at the first pause between them.
  private static let renewedLogBytes = 2 * JournalSchema.checkpointPages * JournalSchema.pageBytes

  /// Growth of the log after which its size is looked at.
  ///
  /// Not after every commit: a file whose times were asked for gets new ones with the next write, and
  /// the kernel then syncs them with its bytes.
  private static let unseenLogBytes = 2 * 1_048_576

  /// Pages that a commit writes beside those of its records: the header, the head, the index.
  private static let pagesPerCommit = 4

  /// Longest wait for such a pause, in milliseconds, and time until the next try.
  private static let pauseMilliseconds = 200
  private static let renewalInterval = Duration.seconds(10)

  private var reservePath: String { path + ".reserve" }

  /// - Returns: nil while nothing can be told.
  package func room() -> Room? {
    settle()
    guard let disk = Files.disk(of: path),
      let pages = try? file?.look({ try PruningTables.pages($0) })
    else { return nil }
    return Room(
      free: disk.free + pages.free,
      used: pages.used,
      total: disk.total
    )
  }

  /// Keeps bytes from others, while there are enough.
  package func keepReserve() {
    guard !isClosed, !Files.exists(reservePath), let disk = Files.disk(of: path) else { return }
    let size = min(Self.reserveBytes, disk.total / 50)
    if disk.free > 4 * size { Files.allocate(reservePath, bytes: size) }
  }

  /// Lets the reserve go when the disk is full.
  func useReserve() {
    guard let disk = Files.disk(of: path), disk.free < min(Self.reserveBytes, disk.total / 50)
    else {
      return
    }
    try? Files.remove(reservePath)
  }

  /// Begins a log anew that readers have let grow.
  ///
  /// Readers of our own read for an instant, but one after the other they would keep it growing.
  func boundLog(after recordBytes: Int) {
    unseenLog += recordBytes + Self.pagesPerCommit * JournalSchema.pageBytes
    guard unseenLog >= Self.unseenLogBytes, let file, time.uptime() >= logHeldUntil else { return }
    unseenLog = 0
    if Files.size(path + "-wal") <= Self.renewedLogBytes { return }
    do {
      if try file.renewLog(within: Self.pauseMilliseconds) { return }
    } catch {
      fail(error, uncertain: nil)
    }
    logHeldUntil = time.uptime() + Self.renewalInterval
  }

  /// Who holds the write-ahead log, in a sentence; nil while it is of a usual size.
  package func logHolder() -> String? {
    let bytes = Files.size(path + "-wal")
    guard bytes > Self.heldLogBytes else { return nil }
    let who = Files.lockHolder(of: path + "-shm").map { "process \($0)" } ?? "another program"
    return "\(who) reads \(path) without an end, so its write-ahead log has grown to "
      + "\(bytes / 1_048_576) MiB: end it"
  }
}

extension Files {
  /// Bytes of the file system: free for this user, and in all.
  static func disk(of path: String) -> (free: Int, total: Int)? {
    var status = statvfs()
    guard statvfs(path, &status) == 0 else { return nil }
    let block = Int(status.f_frsize)
    return (Int(status.f_bavail) * block, Int(status.f_blocks) * block)
  }

  /// Makes a file that takes up room; nothing where that cannot be.
  static func allocate(_ path: String, bytes: Int) {
    let descriptor = open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { return }
    let isThere = posix_fallocate(descriptor, 0, off_t(bytes)) == 0
    close(descriptor)
    if !isThere { unlink(path) }
  }

  /// The process that holds a lock on a write-ahead log's index, as the kernel lists it; nil for none,
  /// and for this one.
  ///
  /// The index is not opened for that: closing it would take this process's own locks away.
  static func lockHolder(of path: String) -> Int? {
    var status = stat()
    guard stat(path, &status) == 0,
      let locks = try? String(contentsOfFile: "/proc/locks", encoding: .utf8)
    else { return nil }
    for line in locks.split(separator: "\n") {
      // 3: POSIX  ADVISORY  READ 1234 08:01:131 123 123
      let fields = line.split(separator: " ")
      guard fields.count > 5, fields[3] == "READ", let process = Int(fields[4]), process > 0,
        process != Int(getpid()),
        fields[5].split(separator: ":").last.flatMap({ Int($0) }) == Int(status.st_ino)
      else { continue }
      return process
    }
    return nil
  }
}
