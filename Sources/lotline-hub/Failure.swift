internal import ArgumentParser
internal import CommandSupport
internal import Genealogy
internal import Hub
internal import HubStore

extension CommandFailure {
  /// Runs a command's work; the errors of the hub's parts become failures with an exit status.
  ///
  /// `file` is what findings of a list are about.
  static func mapping<Result>(
    file: String = "",
    _ body: () async throws -> Result
  ) async throws -> Result {
    do {
      return try await body()
    } catch let error as HubStoreError {
      throw CommandFailure(status(of: error), error.description)
    } catch let error as UnknownLot {
      throw CommandFailure(.notFound, error.description)
    } catch let error as ListenError {
      throw CommandFailure(.cannotCreate, error.description)
    } catch let problem as HubProblem {
      guard let findings = problem.findings else {
        throw CommandFailure(status(of: problem), Words.safe(problem.detail))
      }
      for finding in findings { Terminal.error(Words.safe(place(finding, file) + finding.message)) }
      Terminal.error(Words.safe("Nothing was changed."))
      throw ExitCode(ExitStatus.findings.rawValue)
    }
  }

  /// `lots.csv:17: state: `, as compilers and editors write places.
  private static func place(_ finding: ListFinding, _ file: String) -> String {
    let position =
      file.isEmpty
      ? "" : "\(file):\(finding.line):" + (finding.column.map { "\($0):" } ?? "") + " "
    return position + (finding.member.map { "\($0): " } ?? "")
  }

  private static func status(of problem: HubProblem) -> ExitStatus {
    switch problem.status {
    case 404: .notFound
    case 400..<500: .refused
    default: .failed
    }
  }

  private static func status(of error: HubStoreError) -> ExitStatus {
    switch error {
    case .missing: .notFound
    case .cannotOpen, .notDurable: .cannotCreate
    case .foreign, .newer, .damaged: .badData
    case .inUse, .contended: .unavailable
    }
  }
}
