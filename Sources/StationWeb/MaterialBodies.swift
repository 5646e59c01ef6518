internal import StationAPI
internal import Telemetry

extension LoadMaterial: CommandBody {
  static let subject = "Loading material"
  static let required = ["lot", "material"]
  static let optional = [
    "kind", "part", "operator", "certificate", "certificate_ref", "quantity", "unit", "expires",
    "opened", "floor_life_minutes",
  ]

  var objection: String? {
    if let floorLifeMinutes, !(1...525_600).contains(floorLifeMinutes) {
      return "The member \"floor_life_minutes\" must be from 1 to 525600, which is a year."
    }
    return objection(toQuantity: quantity, unit: unit)
  }
}

extension UnloadMaterial: CommandBody {
  static let subject = "Unloading material"
  static let required: [String] = []
  static let optional = ["operator", "reason", "remaining"]

  var objection: String? {
    guard let remaining, remaining < 0 else { return nil }
    return "The member \"remaining\" must not be below zero."
  }
}

extension ConsumptionOrder: CommandBody {
  static let subject = "Recording what went into a lot"
  static let required: [String] = []
  static let optional = [
    "output", "output_serial", "output_udi", "input", "input_serial", "quantity", "unit",
    "operator", "station",
  ]

  var objection: String? { objection(toQuantity: quantity, unit: unit) }
}

extension Calibration: CommandBody {
  static let subject = "Recording a calibration"
  static let required = ["instrument", "performed", "due", "as_found", "by"]
  static let optional = [
    "performed_until", "certificate", "sha256", "as_left", "laboratory", "detail",
  ]

  var objection: String? {
    guard let detail, detail.utf8.count > 4_096 else { return nil }
    return "The member \"detail\" has more than 4096 bytes."
  }
}
