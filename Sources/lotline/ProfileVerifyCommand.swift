internal import ArgumentParser
internal import CommandSupport
internal import Commissioning
internal import MarkedYAML
internal import Profiles

struct ProfileVerify: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify",
    abstract: "Hold profiles to their captures, without the devices.",
    discussion: """
      Reads what a device answered once from Captures/NAME.yaml and Captures/NAME.SUFFIX.yaml \
      beside the profile, decodes it with the profile as it is now, and names every value that \
      is not what it was.

      EXAMPLES
        lotline profile verify
        lotline profile verify --strict --format github
      """
  )

  @Argument(help: "Profile files; all profiles in the folder when none is named.")
  var files: [String] = []
  @Flag(help: "A profile without a capture is an error.") var strict = false
  @OptionGroup var report: FindingOptions
  @OptionGroup var folder: ProfilesOption

  func run() throws {
    var run = VerifyRun(isStrict: strict)
    if files.isEmpty {
      let names = try folder.names()
      if names.isEmpty {
        throw CommandFailure(
          .notFound,
          "there are no profiles in \(folder.profiles); name their folder with --profiles"
        )
      }
      for name in names { run.verify(folder.library.path(of: name)) }
      run.note(strays: CaptureLibrary(profiles: folder.profiles).strays)
    } else {
      for file in files { run.verify(file) }
    }
    try report.report(run.findings, summary: run.summary)
  }
}

/// What came of the profiles so far.
private struct VerifyRun {
  let isStrict: Bool
  private(set) var profiles = 0
  private(set) var captures = 0
  private(set) var findings: [Finding] = []

  init(isStrict: Bool) { self.isStrict = isStrict }

  mutating func verify(_ path: String) {
    profiles += 1
    let profile: DeviceProfile
    do throws(ProfileError) {
      profile = try ProfileLoader.load(path)
    } catch {
      if case .findings(let found) = error { findings += found }
      return
    }
    let folder = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
    let files = CaptureLibrary(profiles: folder).files(of: profile.name)
    if files.isEmpty { noteMissing(profile, path) }
    for file in files {
      captures += 1
      let (capture, found) = CaptureFile.load(file)
      findings += found
      if let capture { findings += CaptureVerification.findings(of: capture, with: profile) }
    }
  }

  mutating func note(strays: [String]) {
    findings += strays.map { path in
      Finding(
        file: path,
        mark: .start,
        severity: isStrict ? .error : .warning,
        code: .captureForeign,
        message: "no profile has this capture; name it PROFILE.yaml or PROFILE.SUFFIX.yaml"
      )
    }
  }

  private mutating func noteMissing(_ profile: DeviceProfile, _ path: String) {
    findings.append(
      Finding(
        file: path,
        mark: .start,
        severity: isStrict ? .error : .warning,
        code: .captureMissing,
        message: "\(profile.name) has no capture; read the device once: "
          + "lotline profile test \(path) --bus … --record"
      )
    )
  }

  var summary: String {
    "\(counted(profiles, "profile")), \(counted(captures, "capture")): all read as they were recorded."
  }
}
