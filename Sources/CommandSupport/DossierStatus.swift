package import Evidence

extension DossierError {
  /// The exit status of a command that it ends.
  package var status: ExitStatus {
    switch self {
    case .unknownLot: .notFound
    case .cannotWrite, .exists: .cannotCreate
    case .cannotRead, .damaged: .badData
    case .noCheckpoint, .notCovered: .refused
    }
  }
}
