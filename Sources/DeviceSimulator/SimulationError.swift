package import Telemetry
package import TransportSecurity

/// Why a simulation cannot run, or had to end.
package enum SimulationError: Error, Sendable, Hashable, CustomStringConvertible {
  case noProfile
  case carrierDoesNotFit(profile: String, carrier: String, fitting: String)
  case unitTaken(UnitID, first: String, second: String)
  case unitOutOfBounds(UnitID, profile: String)
  case noUnitLeft(profile: String)
  /// A serial instrument is alone on its port.
  case severalInstruments([String])
  case pattern(profile: String, group: String, PatternTemplateError)
  /// A fault that cannot happen to what is simulated; it would silently do nothing.
  case fault(origin: String, problem: String)
  case terminal(call: String, reason: String)
  case linkTaken(path: String, by: String)
  case link(path: String, reason: String)
  case bind(Endpoint, reason: String)
  /// A file of TLS cannot be used.
  case credentials(CredentialError)
  case carrierLost(String, reason: String)

  package var description: String {
    switch self {
    case .noProfile: "nothing to simulate: name at least one device profile"
    case .carrierDoesNotFit(let profile, let carrier, let fitting):
      "\(profile) cannot be served over \(carrier); it is served over \(fitting)"
    case .unitTaken(let unit, let first, let second):
      "\(first) and \(second) both want unit \(unit.rawValue); give one of them another number"
    case .unitOutOfBounds(let unit, let profile):
      "\(profile) cannot be unit \(unit.rawValue) on a serial line; use 1 to 247"
    case .noUnitLeft(let profile):
      "there is no unit number left for \(profile); one line or endpoint has 247"
    case .severalInstruments(let profiles):
      "\(profiles.joined(separator: " and ")) cannot share one serial port; "
        + "start one simulation for each"
    case .pattern(let profile, let group, let error):
      "no text can be made for group \(group) of \(profile): \(error)"
    case .fault(let origin, let problem): origin.isEmpty ? problem : "\(origin): \(problem)"
    case .terminal(let call, let reason):
      "the system gave no pseudo terminal: \(call): \(reason)"
    case .linkTaken(let path, let holder):
      "\(path) is \(holder) and is left alone; name a path that does not exist"
    case .link(let path, let reason):
      "the link \(path) cannot be made: \(reason); its folder must exist"
    case .bind(let endpoint, let reason):
      "cannot listen on \(endpoint): \(reason); is another program there, or the address not of "
        + "this machine? Ports below 1024 need the right to use them"
    case .credentials(let error): error.description
    case .carrierLost(let carrier, let reason): "\(carrier) was lost: \(reason)"
    }
  }
}
