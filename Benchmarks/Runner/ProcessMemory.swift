internal import FoundationEssentials

/// What the kernel says of a process's memory, in the lines of proc(5) `status`.
enum ProcessMemory: String {
  /// Held now.
  case resident = "VmRSS:"

  /// Held now, without the pages of files.
  case ofItsOwn = "RssAnon:"

  /// The most that was ever held.
  case peak = "VmHWM:"

  /// In bytes; 0 where there is no such line.
  ///
  /// - Parameter process: Its number, or `self`.
  /// - Returns: What the line says.
  func bytes(of process: String = "self") -> Int {
    let status = (try? String(contentsOfFile: "/proc/\(process)/status", encoding: .utf8)) ?? ""
    let line = status.split(separator: "\n").first { $0.hasPrefix(rawValue) }
    let words = line?.split(whereSeparator: \.isWhitespace) ?? []
    return (words.dropFirst().first.flatMap { Int($0) } ?? 0) * 1_024
  }
}
