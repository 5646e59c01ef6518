/// What a command's exit status means; the same for both programs, and documented in their help.
///
/// 64 and above are those of sysexits.h, as far as they fit.
package enum ExitStatus: Int32, Sendable, CaseIterable {
  case ok = 0
  /// The operation failed.
  case failed = 1
  /// A check ran and found problems.
  case findings = 2
  /// The agent or hub refused: the station is busy, the lot is unknown.
  case refused = 3
  /// What became of it is not known, or not what was wanted: somebody must look at the machine.
  case uncertain = 4
  /// The command line is wrong.
  case usage = 64
  /// A file that was given cannot be used.
  case badData = 65
  /// There is no such lot, or no such file.
  case notFound = 66
  /// The agent or hub cannot be reached, or another program uses the database.
  case unavailable = 69
  /// A file, port or address cannot be opened or created.
  case cannotCreate = 73
  /// The configuration is wrong.
  case configuration = 78
  /// Ctrl-C stopped it; what was found until then was printed (128 and the signal's number).
  case interrupted = 130

  /// One line for each, for the end of a help text.
  package static let help = """
    EXIT STATUS
      0   done
      1   the operation failed
      2   a check ran and found problems
      3   the agent or hub refused: the station is busy, the lot is unknown
      4   a device may or may not have done what was asked of it: look at it
      64  the command line is wrong
      65  a file that was given cannot be used
      66  there is no such lot, or no such database
      69  the agent or hub cannot be reached, or the database is in use
      73  a file, port or address cannot be opened or created
      78  the configuration is wrong
      130 stopped with Ctrl-C; what was found until then was printed
    """
}

/// A command's failure: what happened, where, what to do; and its exit status.
package struct CommandFailure: Error, Sendable, Hashable, CustomStringConvertible {
  package let status: ExitStatus
  package let description: String

  package init(_ status: ExitStatus, _ description: String) {
    self.status = status
    self.description = description
  }
}
