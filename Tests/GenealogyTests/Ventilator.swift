import Genealogy
import Telemetry

extension MemoryGenealogy {
  /// A ventilator lot: gearboxes, boards soldered in an oven under nitrogen, and their materials.
  static func ventilator() throws -> MemoryGenealogy {
    var store = MemoryGenealogy()
    try store.stay("PASTE-55", at: "reflow-1", material: "SAC305 paste", 5, to: 60)
    try store.stay("BARE-12", at: "reflow-1", material: "PCB 4711 rev C", 6, to: 60)
    try store.visit(
      "PCB-7",
      at: "reflow-1",
      part: "control board 4711",
      8,
      to: 40,
      program: "LF-SAC305",
      signals: try soldering()
    )
    try store.visit(
      "PCB-8",
      at: "reflow-1",
      part: "sensor board 4712",
      41,
      to: 59,
      program: "LF-SAC305"
    )
    try store.visit(
      "GBX-3",
      at: "gearbox-rig-1",
      part: "gearbox 9",
      70,
      to: 95,
      operatorName: "P. Rossi",
      program: "RUN-IN",
      signals: [
        try number("torque-1", "torque", "torque", "N.m", 1.204, 1.41, 1.622, 1_500)
      ]
    )
    try store.consume("GBX-3", into: "DEV-0042", 100, 12)
    try store.consume("PCB-7", into: "DEV-0042", 101, 24)
    try store.consume("PCB-8", into: "DEV-0042", 102, 12)
    try store.visit(
      "DEV-0042",
      at: "final-test-1",
      part: "ventilator V200",
      110,
      to: 125,
      operatorName: "M. Keller"
    )
    return store
  }

  private static func soldering() throws -> [SignalSummary] {
    [
      try number(
        "oven-1",
        "zone1.top.temperature",
        "temperature",
        "Cel",
        148.9,
        150.02,
        151.3,
        1_204
      ),
      SignalSummary(
        device: try DeviceID("oven-1"),
        signal: "zone9.top.temperature",
        quantity: "temperature",
        unit: "Cel",
        minimum: 243.1,
        mean: 245.07,
        maximum: 246.8,
        good: 1_201,
        bad: 3,
        causes: [.init(cause: "timeout", count: 2), .init(cause: "crc", count: 1)]
      ),
      SignalSummary(
        device: try DeviceID("oven-1"),
        signal: "program",
        quantity: nil,
        unit: nil,
        minimum: nil,
        mean: nil,
        maximum: nil,
        good: 1_204,
        bad: 0,
        texts: ["LF-SAC305"]
      ),
      try number("oxygen-1", "oxygen", "oxygen", "[ppm]", 402, 431.6, 478, 1_204),
      try number("room-1", "humidity", "relative_humidity", "%", 44.1, 45.52, 46.9, 120),
    ]
  }

  private static func number(
    _ device: String,
    _ signal: String,
    _ quantity: String,
    _ unit: String,
    _ minimum: Double,
    _ mean: Double,
    _ maximum: Double,
    _ count: Int
  ) throws -> SignalSummary {
    SignalSummary(
      device: try DeviceID(device),
      signal: signal,
      quantity: quantity,
      unit: unit,
      minimum: minimum,
      mean: mean,
      maximum: maximum,
      good: count,
      bad: 0
    )
  }
}
