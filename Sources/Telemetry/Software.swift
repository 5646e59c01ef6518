/// The program that is running.
package enum Software {
  /// Semantic version, as in the changelog.
  package static let version = "0.1.0"
}
