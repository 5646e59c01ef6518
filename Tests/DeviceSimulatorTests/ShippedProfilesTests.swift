import DeviceSimulator
import Foundation
import Profiles
import Telemetry
import TestSupport
import Testing

@Suite("Shipped profiles, simulated")
struct ShippedProfilesTests {
  @Test("The folder has the profiles of this suite")
  func folder() {
    #expect(ShippedProfiles.names.count >= 8)
  }

  @Test("Every profile can be served over a carrier that fits it", arguments: ShippedProfiles.names)
  func served(name: String) throws {
    let profile = try ShippedProfiles.library.profile(named: name)
    let carriers: [SimulationOptions.Carrier] =
      switch profile.access {
      case .modbus:
        [.tcp(Endpoint(host: "127.0.0.1", port: 0)), .rtu(link: "unused", baud: nil)]
      case .serial: [.serial(link: "unused")]
      }
    for carrier in carriers {
      let options = SimulationOptions(devices: [.init(profile: profile)], carrier: carrier)
      #expect(throws: Never.self) { try Simulation(options, time: ManualTime()) }
    }
  }

  @Test("Every value lies within its range, with any seed", arguments: ShippedProfiles.names)
  func ranges(name: String) throws {
    for seed in 1...5 as ClosedRange<UInt64> {
      let shipped = try ShippedProfiles(name, seed: seed)
      for signal in shipped.model.signals {
        guard let range = signal.range else { continue }
        let numbers = try shipped.numbers(of: signal.name)
        #expect(numbers.allSatisfy(range.contains), "\(signal.name), seed \(seed)")
      }
    }
  }

  @Test("Set values stand still and flags show no trouble", arguments: ShippedProfiles.names)
  func calm(name: String) throws {
    let shipped = try ShippedProfiles(name)
    for signal in shipped.model.signals {
      let values = Set(try shipped.values(of: signal.name))
      if signal.role == .setpoint || signal.role == .state || signal.role == .program {
        #expect(values.count == 1, "\(signal.name)")
      }
      guard case .flag(let isOn)? = values.first else { continue }
      #expect(values.count == 1, "\(signal.name)")
      #expect(isOn == !signal.name.contains("open"), "\(signal.name)")
    }
  }

  @Test("The oven runs its program at its setpoints, with the hood closed")
  func oven() throws {
    let oven = try ShippedProfiles("reflow-oven-10-zone")
    #expect(try oven.values(of: "oven.state").allSatisfy { $0 == .text("running") })
    #expect(try oven.values(of: "oven.door_open").allSatisfy { $0 == .flag(false) })
    #expect(try oven.values(of: "program").allSatisfy { $0 == .text("SAC305-A") })
    for zone in 1...10 {
      for part in ["top", "bottom"] {
        let setpoint = try #require(try oven.numbers(of: "zone\(zone).\(part).setpoint").first)
        let numbers = try oven.numbers(of: "zone\(zone).\(part).temperature")
        #expect(numbers.allSatisfy { (setpoint - 4.5...setpoint + 1.1).contains($0) })
      }
    }
    #expect(try oven.numbers(of: "conveyor.setpoint").allSatisfy { $0 == 80 })
    #expect(try oven.numbers(of: "conveyor.speed").allSatisfy { (79.5...80.5).contains($0) })
  }

  @Test("Room air moves slowly, and its dew point follows from the rest", arguments: 1...5)
  func air(seed: Int) throws {
    let room = try ShippedProfiles("temperature-humidity-transmitter", seed: UInt64(seed))
    let humidity = try room.numbers(of: "humidity")
    let temperature = try room.numbers(of: "temperature")
    let dewPoint = try room.numbers(of: "dew_point")
    #expect(humidity.allSatisfy { (42...48).contains($0) })
    #expect(temperature.allSatisfy { (22...24).contains($0) })
    #expect(dewPoint.allSatisfy { (9.5...12.5).contains($0) })
    #expect(try room.greatestStep(of: "humidity") < 0.01)
    #expect(try room.greatestStep(of: "temperature") < 0.01)
    for (index, dewPoint) in dewPoint.enumerated() {
      // Saturated at its dew point, the air holds the vapour that it holds now.
      let vapour = saturation(temperature[index]) * humidity[index] / 100
      let error = abs(saturation(dewPoint) - vapour)
      #expect(error < 0.01)
    }
  }

  /// Vapour pressure over water in hPa, by the Magnus formula.
  private func saturation(_ celsius: Double) -> Double {
    6.112 * exp(17.62 * celsius / (243.12 + celsius))
  }

  @Test("The servo drive follows its target without an alarm, and its encoder counts the turns")
  func servo() throws {
    let servo = try ShippedProfiles("servo-drive")
    #expect(try servo.numbers(of: "alarm.code").allSatisfy { $0 == 0 })
    #expect(try servo.numbers(of: "status.code").allSatisfy { $0 == 0x31 })
    let target = try servo.numbers(of: "velocity.target")
    let velocity = try servo.numbers(of: "velocity.actual")
    #expect(target.allSatisfy { $0 == 3_000 })
    #expect(zip(velocity, target).allSatisfy { abs($0 - $1) <= 2 })
    #expect(Set(velocity).count > 5)
    #expect(try servo.numbers(of: "position.error").allSatisfy { abs($0) <= 20 })
    let position = try servo.numbers(of: "encoder.position")
    // 25 revolutions in half a second, of 10,000 counts each.
    let turns = zip(position, position.dropFirst()).map { $1 - $0 }
    #expect(turns.allSatisfy { abs($0 - 250_000) <= 1 })
    #expect(try servo.numbers(of: "drive.temperature").allSatisfy { (20...60).contains($0) })
  }

  @Test("The gearbox rig steps through its speeds, and torque and oil follow")
  func gearbox() throws {
    let rig = try ShippedProfiles("gearbox-test-rig")
    #expect(try rig.values(of: "rig.state").allSatisfy { $0 == .text("running") })
    #expect(try rig.values(of: "guard.closed").allSatisfy { $0 == .flag(true) })
    let steps = try rig.numbers(of: "test.step")
    // A step lasts 15 s, which are 30 values.
    let expectedSteps: [Double] = (0...120).map { Double($0 / 30 + 1) }
    #expect(steps == expectedSteps)
    let speeds = try rig.numbers(of: "input.speed")
    for (index, expected) in [300.0, 600, 900, 1_200].enumerated() {
      // After the ramp of 3 s the speed stands.
      let held = speeds[(index * 30 + 6)..<(index * 30 + 30)]
      #expect(held.allSatisfy { abs($0 - expected) <= 2 }, "step \(index + 1)")
    }
    let torques = zip(try rig.numbers(of: "input.torque"), try rig.numbers(of: "output.torque"))
    let efficiencies = torques.map { input, output in output / (input * 5) }
    #expect(efficiencies.allSatisfy { (0.935...0.945).contains($0) })
    let oil = try rig.numbers(of: "oil.temperature")
    let rise = (oil.last ?? 0) - (oil.first ?? 0)
    #expect(try rig.greatestStep(of: "oil.temperature") <= 0.2)
    #expect((0.5...6).contains(rise))
  }

  @Test("The controller holds its setpoint")
  func controller() throws {
    let loop = try ShippedProfiles("eurotherm-3200")
    let setpoint = try #require(try loop.numbers(of: "setpoint.target").first)
    #expect(try loop.numbers(of: "setpoint.working").allSatisfy { $0 == setpoint })
    #expect(try loop.numbers(of: "temperature").allSatisfy { abs($0 - setpoint) <= 1 })
    #expect(try loop.numbers(of: "output.working").allSatisfy { (0...100).contains($0) })
    #expect(try loop.greatestStep(of: "output.working") <= 2)
    #expect(try loop.values(of: "setpoint.selected").allSatisfy { $0 == .text("setpoint 1") })
    #expect(try loop.values(of: "timer.status").allSatisfy { $0 == .text("run") })
  }

  @Test(
    "A torque meter rises to one peak after another and rests at zero between them",
    arguments: [("torque-meter", 60.0), ("mark-10-tt05", 7.2)]
  )
  func torque(name: String, peak: Double) throws {
    let torque = try ShippedProfiles(name).numbers(of: "torque")
    #expect(torque.allSatisfy { (0...peak * 1.03).contains($0) })
    #expect(torque.contains { $0 >= peak * 0.97 })
    #expect(torque.contains(0))
  }

  @Test("Residual oxygen is that of an oven under nitrogen")
  func oxygen() throws {
    let analyser = try ShippedProfiles("oxygen-analyser")
    #expect(try analyser.numbers(of: "oxygen").allSatisfy { (400...600).contains($0) })
    #expect(try analyser.greatestStep(of: "oxygen") <= 25)
  }
}
