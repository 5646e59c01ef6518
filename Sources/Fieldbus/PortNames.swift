#if canImport(Glibc)
internal import Glibc
#endif

/// The names that one serial port has: `/dev/ttyUSB0`, which goes to whichever adapter is plugged
/// in first, and the lasting ones that say which adapter it is, or which socket it is in.
package struct PortNames: Sendable {
  /// Folders with lasting names, the best first: by the adapter, then by the socket.
  private let folders: [String]

  /// - Parameter folder: The folder that has `by-id` and `by-path`.
  package init(folder: String = "/dev/serial") {
    folders = ["\(folder)/by-id", "\(folder)/by-path"]
  }

  /// The device file that a name leads to now; nil, with `errno` set, where it leads nowhere.
  package static func device(of port: String) -> String? {
    guard let resolved = realpath(port, nil) else { return nil }
    defer { free(resolved) }
    return String(cString: resolved)
  }

  /// A name of the port that stays when adapters are plugged in again; nil where it has none, or
  /// `port` is one itself.
  package func lastingName(of port: String) -> String? {
    guard !folders.contains(where: { port.hasPrefix($0 + "/") }), let device = Self.device(of: port)
    else { return nil }
    return all()[device]
  }

  /// The best lasting name of each device file.
  package func all() -> [String: String] {
    var names: [String: String] = [:]
    for folder in folders {
      for link in SmallFile.names(in: folder).sorted().map({ "\(folder)/\($0)" }) {
        if let device = Self.device(of: link), names[device] == nil { names[device] = link }
      }
    }
    return names
  }
}
