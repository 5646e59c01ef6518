/// A supplier's document about a material lot: which one, in which revision, with which content.
///
/// The hash ties a record to the very bytes that were in force; a later revision never changes it.
package struct CertificateReference: Sendable, Hashable, Codable {
  /// What kind of document it is.
  ///
  /// EN 10204:2004 names the types of inspection documents for metallic products; other material
  /// comes with a certificate of conformity or of analysis.
  package enum DocumentType: String, Sendable, Hashable, Codable, CaseIterable {
    /// Declaration of compliance with the order, without results (EN 10204, 2.1).
    case declaration = "2.1"
    /// Test report on non-specific inspection (EN 10204, 2.2).
    case testReport = "2.2"
    /// Inspection certificate validated by the manufacturer (EN 10204, 3.1).
    case inspectedByManufacturer = "3.1"
    /// Inspection certificate validated by the purchaser or an official inspector, too (EN 10204, 3.2).
    case inspectedByBoth = "3.2"
    /// Certificate of conformity.
    case conformity = "coc"
    /// Certificate of analysis.
    case analysis = "coa"
    case other
  }

  /// The document's number, as its issuer writes it.
  package let id: Label
  package let type: DocumentType
  package let revision: Label?

  /// SHA-256 of the document's file.
  package let sha256: Digest?
  package let issuer: Label?

  package init(
    id: Label,
    type: DocumentType,
    revision: Label? = nil,
    sha256: Digest? = nil,
    issuer: Label? = nil
  ) {
    self.id = id
    self.type = type
    self.revision = revision
    self.sha256 = sha256
    self.issuer = issuer
  }
}

extension CertificateReference: CustomStringConvertible {
  /// `3.1 no. 5521 rev B of Voestalpine, SHA-256 1f2e3d4c…`.
  package var description: String {
    "\(type.title) no. \(id)" + (revision.map { " rev \($0)" } ?? "")
      + (issuer.map { " of \($0)" } ?? "")
      + (sha256.map { ", SHA-256 \($0.description.prefix(8))…" } ?? "")
  }
}

extension CertificateReference.DocumentType {
  /// How people name it.
  package var title: String {
    switch self {
    case .declaration, .testReport, .inspectedByManufacturer, .inspectedByBoth: rawValue
    case .conformity: "CoC"
    case .analysis: "CoA"
    case .other: "document"
    }
  }
}
