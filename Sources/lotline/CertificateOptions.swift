internal import ArgumentParser
internal import CommandSupport
internal import FoundationEssentials
internal import Telemetry

/// The supplier's certificate of material.
struct CertificateOptions: ParsableArguments {
  @Option(help: "The supplier's certificate: its number or address.", transform: Label.parsed)
  var certificate: Label?
  @Option(
    help: ArgumentHelp(
      "Its type: 2.1, 2.2, 3.1 or 3.2 (EN 10204), coc, coa, other.",
      valueName: "type"
    ),
    transform: CertificateReference.DocumentType.parsed
  )
  var certificateType: CertificateReference.DocumentType?
  @Option(
    help: ArgumentHelp("Its revision.", valueName: "revision"),
    transform: Label.parsed
  )
  var certificateRevision: Label?
  @Option(
    help: ArgumentHelp("Who issued it.", valueName: "issuer"),
    transform: Label.parsed
  )
  var certificateIssuer: Label?
  @Option(help: ArgumentHelp("Its file, of which the SHA-256 is recorded.", valueName: "file"))
  var certificateFile: String?
  @Option(
    help: ArgumentHelp("The SHA-256 of its file.", valueName: "digits"),
    transform: Digest.parsed
  )
  var certificateSha256: Digest?

  func validate() throws {
    if certificateFile != nil, certificateSha256 != nil {
      throw ValidationError("Name the certificate's file or its SHA-256, not both.")
    }
    if certificate == nil, hasDetails {
      throw ValidationError("Name the certificate by --certificate, too.")
    }
  }

  /// What was said of the certificate; nil when that is at most its number or address.
  ///
  /// - Throws: `CommandFailure` when its file cannot be read.
  func reference() throws -> CertificateReference? {
    guard let certificate, hasDetails else { return nil }
    return CertificateReference(
      id: certificate,
      type: certificateType ?? .other,
      revision: certificateRevision,
      sha256: try certificateSha256 ?? certificateFile.map(Self.hash),
      issuer: certificateIssuer
    )
  }

  /// Its number or address, where that is all that was said.
  var plain: Label? { hasDetails ? nil : certificate }

  private var hasDetails: Bool {
    certificateType != nil || certificateRevision != nil || certificateIssuer != nil
      || certificateFile != nil || certificateSha256 != nil
  }

  static func hash(ofFile path: String) throws -> Digest {
    guard let data = try? Data(contentsOf: URL(filePath: path)) else {
      throw CommandFailure(
        .usage,
        "the certificate's file \(path) cannot be read; is it there, and may you read it?"
      )
    }
    return .sha256(data)
  }
}

extension CertificateReference.DocumentType {
  /// Reads an argument.
  @Sendable
  static func parsed(_ argument: String) throws -> Self {
    guard let type = Self(rawValue: argument.lowercased()) else {
      throw ValidationError(
        "use \(allCases.dropLast().map(\.rawValue).joined(separator: ", ")) or other"
      )
    }
    return type
  }
}

extension Digest {
  /// Reads an argument.
  @Sendable
  static func parsed(_ argument: String) throws -> Digest {
    guard let digest = Digest(argument.lowercased()) else {
      throw ValidationError("a SHA-256 has 64 hexadecimal digits")
    }
    return digest
  }
}

/// What an argument says of when something was.
struct DayOrTime: Sendable {
  let start: Instant

  /// The end of the day; nil for a time.
  let end: Instant?

  /// Reads a day in UTC, or a time.
  @Sendable
  static func parsed(_ argument: String) throws -> DayOrTime {
    if let day = Instant("\(argument)T00:00:00Z") {
      return DayOrTime(start: day, end: day.advanced(by: .seconds(86_400)))
    }
    guard let time = Instant(argument) else {
      throw ValidationError("write a day, 2026-11-29, or a time in UTC, 2026-11-29T14:30:00Z")
    }
    return DayOrTime(start: time, end: nil)
  }
}

extension Instant {
  /// Reads a day, `2026-11-29`, which ends at midnight in UTC, or a time, `2026-11-29T14:30:00Z`.
  @Sendable
  static func dayOrTime(_ argument: String) throws -> Instant {
    let parsed = try DayOrTime.parsed(argument)
    return parsed.end ?? parsed.start
  }

  /// Reads a day, which begins at midnight in UTC, or a time.
  @Sendable
  static func startOfDayOrTime(_ argument: String) throws -> Instant {
    try DayOrTime.parsed(argument).start
  }
}
