internal import MarkedYAML
internal import Profiles
internal import StationAPI
internal import Telemetry

// Why something was not written. In all but the last of them nothing was sent.

extension Problem {
  static func unknownDevice(_ id: DeviceID, known: [String]) -> Problem {
    Problem(
      type: "unknown-device",
      title: "Unknown device",
      status: 404,
      detail: "There is no device \(id): "
        + Suggestion.text(for: id.text, among: known, noun: "there are")
    )
  }

  static func unknownSignal(_ name: String, of device: DeviceBoard.Device) -> Problem {
    let names = device.profile.signalNames
    let near = Suggestion.nearest(to: name, among: names)
    return Problem(
      type: "unknown-signal",
      title: "Unknown signal",
      status: 404,
      detail: "\(device.id) has no signal \(name.debugDescription): "
        + (near.map { "did you mean \"\($0)\"?" }
          ?? "its profile \(device.profile.name) names \(names.count), and lotline status --signals "
          + "lists them")
    )
  }

  static func notWritable(
    _ name: String,
    of device: DeviceID,
    _ reason: String
  ) -> Problem {
    Problem(
      type: "not-permitted",
      title: "The signal cannot be written",
      status: 403,
      detail: "\(device) \(name) cannot be written: it \(reason)."
    )
  }

  static func notPermitted(
    _ name: String,
    of device: DeviceID,
    in file: String
  ) -> Problem {
    Problem(
      type: "not-permitted",
      title: "The signal may not be written",
      status: 403,
      detail: "\(device) \(name) may not be written: nothing may unless the configuration says so. "
        + "Where it must be, add to the device in \(file): writes: [{signal: \(name), reason: why}], "
        + "then: lotline reload"
    )
  }

  static func writeRunning(_ device: DeviceID) -> Problem {
    Problem(
      type: "write-running",
      title: "Another write goes on",
      status: 409,
      detail:
        "\(device) is being written to already; nothing was sent. Look what came of that, then "
        + "try again."
    )
  }

  static func valueRefused(_ detail: String) -> Problem {
    Problem(
      type: "value-refused",
      title: "The value cannot be written",
      status: 422,
      detail: detail
    )
  }

  static func busChanging(_ bus: String) -> Problem {
    Problem(
      type: "bus-changing",
      title: "The bus is being changed",
      status: 503,
      detail: "Bus \(bus) is being changed by a reload, or ended; nothing was sent. Try again when "
        + "the reload is over."
    )
  }

  static func notDone(_ receipt: WriteReceipt) -> Problem {
    let detail = "\(receipt.summary). Records \(receipt.seq) and \(receipt.outcomeSeq ?? 0)."
    return switch receipt.outcome {
    case .refused:
      Problem(
        type: "write-refused",
        title: "The device refused the write",
        status: 502,
        detail: detail,
        write: receipt
      )
    case .notSent:
      Problem(
        type: "write-not-sent",
        title: "The write was not sent",
        status: 503,
        detail: detail,
        write: receipt
      )
    case .done, .differs:
      Problem(
        type: "write-differs",
        title: "The device holds another value",
        status: 502,
        detail: detail,
        write: receipt
      )
    case .unknown:
      Problem(
        type: "write-unknown",
        title: "Whether it was written is not known",
        status: 504,
        detail: detail,
        write: receipt
      )
    }
  }

  static func outcomeNotDurable(
    _ receipt: WriteReceipt,
    _ error: any Error
  ) -> Problem {
    Problem(
      type: "storage-failed",
      title: "The journal cannot be written",
      status: 503,
      detail: "\(receipt.summary). The order is record \(receipt.seq); whether the record of its "
        + "outcome is on disk is not known yet. \(error)",
      write: receipt
    )
  }

  static func deviceSilent(_ device: DeviceID, _ reason: String) -> Problem {
    Problem(
      type: "device-silent",
      title: "The device is not there",
      status: 503,
      detail: "\(device) cannot be written to, and nothing was sent: \(reason)."
    )
  }

  static func orderNotRecorded(_ error: any Error) -> Problem {
    Problem(
      type: "storage-failed",
      title: "The journal cannot be written",
      status: 503,
      detail: "Nothing was sent to the device, because the order could not be recorded. \(error)"
    )
  }
}
