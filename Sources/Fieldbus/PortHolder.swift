#if canImport(Glibc)
internal import Glibc
#endif

/// A program that has a serial port, as far as this one may see it.
struct PortHolder: Hashable {
  /// Where the system keeps what is looked up.
  struct Places {
    var processes = "/proc"
    /// Folder of the lock files that minicom, cu and others write.
    var lockFiles = "/var/lock"
  }

  let process: Int32
  /// The program's name as the system has it; nil where it is not known.
  let name: String?

  /// Holders that are looked for; a port has one, a pseudo terminal also those who made it.
  private static let maximumHolders = 3

  /// Who wrote a lock file for a device; nil where nobody did, or the writer is gone.
  static func byLockFile(_ device: String, in places: Places = Places()) -> PortHolder? {
    let name = device.split(separator: "/").dropFirst().joined(separator: "_")
    let file = SmallFile.read("\(places.lockFiles)/LCK..\(name)")
    let number = file.split(whereSeparator: \.isWhitespace).first.flatMap { Int32($0) }
    guard let process = number, process > 0, process != getpid() else { return nil }
    guard kill(process, 0) == 0 || errno == EPERM else { return nil }
    return PortHolder(process, in: places)
  }

  /// Who has a device locked, or else open; nobody where this program may not see it.
  static func all(of device: String, in places: Places = Places()) -> [PortHolder] {
    if let locker = locker(of: device, in: places) { return [locker] }
    var holders: [PortHolder] = []
    for process in SmallFile.names(in: places.processes).compactMap({ Int32($0) }) {
      let folder = "\(places.processes)/\(process)/fd"
      let files = SmallFile.names(in: folder)
      guard files.contains(where: { SmallFile.link("\(folder)/\($0)") == device }) else { continue }
      holders.append(PortHolder(process, in: places))
      if holders.count == maximumHolders { break }
    }
    return holders
  }

  /// Who has it locked by `flock`: `1: FLOCK ADVISORY WRITE 1234 00:17:5 0 EOF`, where the sixth
  /// word is the file system and the file.
  private static func locker(of device: String, in places: Places) -> PortHolder? {
    var status = stat()
    guard stat(device, &status) == 0 else { return nil }
    for line in SmallFile.read("\(places.processes)/locks").split(separator: "\n") {
      let words = line.split(separator: " ")
      guard words.count > 5, words[1] == "FLOCK", let process = Int32(words[4]), process > 0,
        let file = words[5].split(separator: ":").last, file == "\(status.st_ino)",
        fileSystem(of: words[5]) == UInt64(status.st_dev)
      else { continue }
      return PortHolder(process, in: places)
    }
    return nil
  }

  /// The device number of a file system written `fe:00:16220212`, in the system's own coding.
  private static func fileSystem(of text: Substring) -> UInt64? {
    let parts = text.split(separator: ":")
    guard parts.count == 3, let major = UInt64(parts[0], radix: 16),
      let minor = UInt64(parts[1], radix: 16)
    else { return nil }
    return (major & 0xFFF) << 8 | (major & ~0xFFF) << 32 | minor & 0xFF | (minor & ~0xFF) << 12
  }

  private init(_ process: Int32, in places: Places) {
    self.process = process
    let name = SmallFile.read("\(places.processes)/\(process)/comm")
    self.name = name.split(separator: "\n").first.map(String.init)
  }

  /// As a sentence has it: `minicom (process 1234)`.
  var words: String { "\(name ?? "a program") (process \(process))" }

  var isThisProgram: Bool { process == getpid() }
}
