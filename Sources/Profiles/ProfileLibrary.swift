internal import FoundationEssentials

/// A folder of device profiles: one file each, named for the profile.
package struct ProfileLibrary: Sendable, Hashable {
  package let folder: String

  package init(folder: String) { self.folder = folder }

  /// Names of all profiles in the folder, sorted.
  ///
  /// - Throws: ``ProfileError/folder(_:reason:)``.
  package func names() throws(ProfileError) -> [String] {
    do {
      return try FileManager.default.contentsOfDirectory(atPath: folder)
        .filter { $0.hasSuffix(Self.suffix) && !$0.hasPrefix(".") }
        .map { String($0.dropLast(Self.suffix.count)) }
        .sorted()
    } catch {
      throw .folder(folder, reason: Self.reason(error))
    }
  }

  /// Reads the profile of that name.
  ///
  /// - Throws: ``ProfileError``; an unknown name comes with the known ones.
  package func profile(named name: String) throws(ProfileError) -> DeviceProfile {
    let known = try names()
    // Only a listed name becomes a path, so that no name leads out of the folder.
    guard known.contains(name) else {
      throw .unknown(name: name, known: known, folder: folder)
    }
    return try ProfileLoader.load(path(of: name))
  }

  /// The file of a profile.
  package func path(of name: String) -> String { folder + "/" + name + Self.suffix }

  private static let suffix = ".yaml"

  private static func reason(_ error: any Error) -> String {
    switch (error as? CocoaError)?.code {
    case .fileNoSuchFile?, .fileReadNoSuchFile?: "there is no such folder"
    case .fileReadNoPermission?: "it may not be read"
    default: "\(error)"
    }
  }
}
