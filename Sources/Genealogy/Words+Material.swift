package import Telemetry

extension Words {
  /// What is known of loaded material beside who and when: `, 500 g, certificate 3.1 no. 5521 …`.
  package static func details(of stay: MaterialStay) -> String {
    let load = stay.load
    var parts = [
      load.part.map { "part \(safe($0.text))" },
      load.quantity.map { amount($0, unit: load.unit) },
      certificate(load.certificateReference)
        ?? load.certificate.map {
          "certificate \(safe($0.text))"
        },
      load.expires.map { "expires \(time($0)) UTC" },
      load.floorLifeUntil.map { "floor life until \(time($0)) UTC" },
      notes(load.notes),
    ].compactMap { $0 }
    if let unload = stay.unload {
      let remaining = unload.remaining.map { ", \(amount($0, unit: load.unit)) left" }
      if let reason = unload.reason {
        parts.append("taken away: \(safe(reason.text))\(remaining ?? "")")
      } else if let remaining {
        parts.append("taken away\(remaining)")
      }
    }
    return parts.map { ", " + $0 }.joined()
  }

  /// What is known of a consumption beside who and when.
  package static func details(of used: Consumption) -> String {
    [
      used.inputSerial.map { "serial \(safe($0.text))" },
      used.outputSerial.map { "into serial \(safe($0.text))" },
      used.outputUDI.map { "UDI \(safe($0.text))" },
      used.station.map { "at \($0)" },
      used.quantity.map { amount($0, unit: used.unit) },
      certificate(used.certificateReference),
      notes(used.notes),
    ].compactMap { $0 }.map { ", " + $0 }.joined()
  }

  /// When the readings of a signal's instrument could not be relied on; empty when they could.
  package static func doubts(about calibration: SignalCalibration) -> [String] {
    calibration.doubts.map { doubt in
      let reason =
        switch doubt.state {
        case .overdue: "its calibration was overdue"
        case .failed: "it was out of tolerance, and not put right"
        case .never: "no calibration of it is recorded"
        case .foundOut: "its next calibration found it out of tolerance"
        case .calibrated: "it was calibrated"
        }
      return "instrument \(safe(calibration.instrument)) could not be relied on "
        + "\(time(doubt.from)) to \(time(doubt.to)) UTC: \(reason)"
    }
  }

  private static func certificate(_ reference: CertificateReference?) -> String? {
    reference.map { "certificate \(safe($0.description))" }
  }

  private static func notes(_ codes: [String]?) -> String? {
    codes.map { "in spite of \($0.map(safe).joined(separator: ", "))" }
  }
}
