import DeviceSimulator
import Foundation
import Profiles
import Telemetry
import TestSupport
import Testing

/// The profiles of the repository, and what they show in a minute of simulated time.
struct ShippedProfiles {
  static let library = ProfileLibrary(
    folder: Repository.root.appending(path: "DeviceProfiles").path
  )
  static let names = (try? library.names()) ?? []

  let model: ProcessModel

  init(_ name: String, seed: UInt64 = 1) throws {
    model = ProcessModel(profile: try Self.library.profile(named: name), seed: seed)
  }

  /// What one signal shows, every half second of the first minute.
  func values(of name: String) throws -> [Value] {
    let index = try #require(model.signals.firstIndex { $0.name == name }, "\(name)")
    return stride(from: 0.0, through: 60, by: 0.5).map { model.value(index, at: .seconds($0)) }
  }

  func numbers(of name: String) throws -> [Double] {
    let values = try values(of: name)
    let numbers = values.compactMap(\.number)
    try #require(numbers.count == values.count, "\(name) is not always a number")
    return numbers
  }

  /// The greatest change within half a second.
  func greatestStep(of name: String) throws -> Double {
    let numbers = try numbers(of: name)
    return zip(numbers, numbers.dropFirst()).map { abs($1 - $0) }.max() ?? 0
  }
}
