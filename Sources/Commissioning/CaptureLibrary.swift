internal import FoundationEssentials
package import MarkedYAML
package import Profiles

/// The captures of a folder with profiles: `Captures/NAME.yaml` and `Captures/NAME.SUFFIX.yaml`.
package struct CaptureLibrary: Sendable, Hashable {
  private let profiles: String
  private var folder: String { profiles + "/Captures" }

  /// - Parameter profiles: The folder with the profiles.
  package init(profiles: String) { self.profiles = profiles }

  /// The capture files of a profile, sorted; none where there is no such folder.
  package func files(of profile: String) -> [String] {
    names.filter { owner(of: $0) == profile }.map { folder + "/" + $0 }
  }

  /// Capture files that belong to no profile.
  package var strays: [String] {
    names.filter { owner(of: $0) == nil }.map { folder + "/" + $0 }
  }

  private var names: [String] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    return names.sorted()
  }

  /// The profile with the longest name that the file's name begins with, since names and suffixes
  /// may hold points.
  private func owner(of name: String) -> String? {
    guard name.hasSuffix(".yaml") else { return nil }
    var stem = name.dropLast(".yaml".count)
    while !stem.isEmpty {
      if FileManager.default.fileExists(atPath: "\(profiles)/\(stem).yaml") { return String(stem) }
      guard let point = stem.lastIndex(of: ".") else { return nil }
      stem = stem[..<point]
    }
    return nil
  }

  /// The file in which a capture of a profile is kept by default.
  package func path(of profile: String) -> String { folder + "/" + profile + ".yaml" }

  /// Writes a capture's file, and its folder where there is none.
  ///
  /// - Throws: ``CaptureError/file(_:reason:)``.
  package static func write(_ capture: Capture, to path: String) throws(CaptureError) {
    let url = URL(filePath: path)
    do {
      try FileManager.default.createDirectory(
        at: url.deletingLastPathComponent(),
        withIntermediateDirectories: true
      )
      try Data(capture.text.utf8).write(to: url, options: .atomic)
    } catch {
      throw .file(path, reason: "\(error)")
    }
  }
}

/// Rules about captures.
extension FindingCode {
  package static let captureDiffers = FindingCode(
    "capture-differs",
    "a signal reads something else than it did when it was captured"
  )
  package static let captureIncomplete = FindingCode(
    "capture-incomplete",
    "the profile reads addresses that were never captured, or has a new signal"
  )
  package static let captureForeign = FindingCode(
    "capture-foreign",
    "a capture of another profile, or the value of a signal that the profile has not"
  )
  package static let captureMissing = FindingCode(
    "capture-missing",
    "a profile without a capture; an error with `--strict`"
  )
}

/// Holds a profile to its captures.
package enum CaptureVerification {
  /// Everything that a replay of one capture has to say; nothing when each signal reads as it did.
  package static func findings(of file: CaptureFile, with profile: DeviceProfile) -> [Finding] {
    let log = FindingLog(file: file.path)
    guard file.capture.profile == profile.name else {
      log.add(
        .captureForeign,
        at: .start,
        "this is a capture of profile \(file.capture.profile), not of \(profile.name); "
          + "name the file \(file.capture.profile).yaml"
      )
      return log.findings
    }
    do throws(CaptureError) {
      let replay = try CaptureReplay(file.capture, with: profile)
      compare(replay.signals, with: file, log)
    } catch {
      log.add(.captureDiffers, at: .start, error.description)
    }
    return log.findings
  }

  private static func compare(
    _ signals: [CaptureReplay.ReplayedSignal],
    with file: CaptureFile,
    _ log: FindingLog
  ) {
    let now = Dictionary(signals.map { ($0.name, $0) }) { first, _ in first }
    for (kept, mark) in zip(file.capture.values, file.marks) {
      guard let signal = now[kept.signal] else {
        log.add(
          .captureForeign,
          at: mark,
          "the profile has no signal \(kept.signal); record again if it was taken away or renamed"
        )
        continue
      }
      judge(signal, against: kept.reading, at: mark, log)
    }
    let kept = Set(file.capture.values.map(\.signal))
    for signal in signals where !kept.contains(signal.name) {
      log.add(
        .captureIncomplete,
        at: .start,
        "\(signal.name) has no value here; record again, since the profile has a new signal"
      )
    }
  }

  private static func judge(
    _ signal: CaptureReplay.ReplayedSignal,
    against kept: KeptReading,
    at mark: SourceMark,
    _ log: FindingLog
  ) {
    if let missing = signal.missing {
      log.add(
        .captureIncomplete,
        at: mark,
        "\(signal.name) needs \(missing), which was never captured; "
          + "record again, or correct the profile"
      )
      return
    }
    let reading = KeptReading(signal.reading)
    guard reading != kept else { return }
    log.add(
      .captureDiffers,
      at: mark,
      "\(signal.name): \(signal.raw), which was \(kept) and is \(reading); correct the profile, "
        + "or record again if the new value is right"
    )
  }
}
