#if canImport(Glibc)
internal import Glibc
#endif

/// A symbolic link by which clients find a pseudo terminal at a path of the user's choice.
struct PortLink: Sendable {
  let path: String
  private let target: String

  /// Makes the link, in place of one that an earlier simulation left behind.
  ///
  /// - Throws: ``SimulationError/linkTaken(path:by:)`` when something else is at the path: a file,
  ///   a folder, or a link to anything but a pseudo terminal.
  init(path: String, target: String) throws(SimulationError) {
    self.path = path
    self.target = target
    try Self.clear(path)
    guard symlink(target, path) == 0 else {
      throw .link(path: path, reason: String(cString: strerror(errno)))
    }
  }

  /// Removes the link, unless somebody has put another in its place.
  func remove() {
    if Self.destination(of: path) == target { unlink(path) }
  }

  private static func clear(_ path: String) throws(SimulationError) {
    var status = stat()
    guard lstat(path, &status) == 0 else { return }
    guard status.st_mode & S_IFMT == S_IFLNK else {
      let isFolder = status.st_mode & S_IFMT == S_IFDIR
      throw .linkTaken(path: path, by: isFolder ? "a folder" : "a file")
    }
    let destination = destination(of: path) ?? ""
    let isDangling = stat(path, &status) != 0
    guard isDangling || destination.hasPrefix("/dev/pts/") else {
      throw .linkTaken(path: path, by: "a link to \(destination)")
    }
    guard unlink(path) == 0 else {
      throw .link(path: path, reason: String(cString: strerror(errno)))
    }
  }

  private static func destination(of path: String) -> String? {
    var bytes = [CChar](repeating: 0, count: Int(PATH_MAX))
    let length = readlink(path, &bytes, bytes.count)
    guard length > 0 else { return nil }
    return String(decoding: bytes.prefix(length).map(UInt8.init(bitPattern:)), as: UTF8.self)
  }
}
