internal import Glibc
internal import SystemPackage

/// One line on standard error that is written over again and again, where a person looks at it.
package struct ProgressLine: Sendable {
  /// Whether standard error is a terminal that can go back to the start of a line.
  private let isShown: Bool

  package init() {
    isShown = isatty(STDERR_FILENO) == 1 && Terminal.environment("TERM") != "dumb"
  }

  /// Shows a share and a text: `[#####.....] unit 7 at 9600 8N1`.
  package func show(done: Int, of total: Int, _ text: String) {
    write("\r" + Self.bar(done: done, of: total) + " " + text + "\u{1B}[K")
  }

  /// Takes the line away, before something that stays is printed.
  package func clear() { write("\r\u{1B}[K") }

  /// A bar of 20 marks.
  package static func bar(done: Int, of total: Int) -> String {
    let width = 20
    let full = total > 0 ? min(width, max(0, done * width / total)) : width
    return "[" + String(repeating: "#", count: full) + String(repeating: ".", count: width - full)
      + "]"
  }

  private func write(_ text: String) {
    guard isShown else { return }
    _ = try? FileDescriptor.standardError.writeAll(text.utf8)
  }
}
