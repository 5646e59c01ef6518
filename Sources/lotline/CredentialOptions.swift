internal import ArgumentParser
internal import CommandSupport
internal import Telemetry
internal import TransportSecurity

/// The files of Modbus/TCP Security, where the command line names them.
struct CredentialOptions: ParsableArguments {
  @Option(help: ArgumentHelp("For --tls: this side's certificate, PEM.", valueName: "file"))
  var certificate: String?
  @Option(help: ArgumentHelp("For --tls: the certificate's private key, PEM.", valueName: "file"))
  var key: String?
  @Option(
    help: ArgumentHelp("For --tls: the authorities of the other side, PEM.", valueName: "file")
  )
  var trust: String?

  /// Whether all of them are given, or none.
  func validate(tls: String?) throws {
    let given = [certificate, key, trust].compactMap { $0 }.count
    guard given == (tls == nil ? 0 : 3) else {
      throw ValidationError("--tls, --certificate, --key and --trust go together.")
    }
  }

  func files() throws -> CredentialFiles {
    do throws(CredentialError) {
      return try CredentialFiles(
        certificate: certificate ?? "",
        key: key ?? "",
        trust: trust ?? ""
      )
    } catch {
      throw CommandFailure(.usage, error.description)
    }
  }

  /// A host, and a port where it is not 802; port 0 is any free one.
  static func address(_ text: String) throws -> Endpoint {
    let isBare = text.hasPrefix("[") ? text.hasSuffix("]") : !text.contains(":")
    let whole = isBare ? "\(text):\(SecureEndpoint.usualPort)" : text
    guard let colon = whole.lastIndex(of: ":"), colon != whole.startIndex,
      let port = UInt16(whole[whole.index(after: colon)...])
    else {
      throw CommandFailure(.usage, "'\(text)' is not an address: use HOST or HOST:PORT")
    }
    let host = whole[..<colon]
    let isBracketed = host.hasPrefix("[") && host.hasSuffix("]")
    return Endpoint(host: String(isBracketed ? host.dropFirst().dropLast() : host), port: Int(port))
  }
}
