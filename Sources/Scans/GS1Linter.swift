/// A check of the content of a component, by its name in the GS1 Barcode Syntax Dictionary.
package enum GS1Linter: String, Sendable, CaseIterable {
  case csum, csumalpha, gcppos1, gcppos2
  case yymmdd, yymmd0, yyyymmdd, hh, mi, ss, hhmi
  case iso4217, iso3166, iso3166999, iso3166alpha2, iso5218
  case latitude, longitude
  case pcenc, yesno, zero, nonzero, nozeroprefix, hasnondigit, hyphen, winding
  case pieceoftotal, posinseqslash, importeridx, mediatype, packagetype, iban
  case couponcode, couponposoffer

  /// What is wrong with a component, and at which of its characters; nil when nothing is.
  ///
  /// The package types of UN/ECE Recommendation 21 and the fields within North American coupons are
  /// not looked up: only their characters are checked.
  package func fault(in value: ArraySlice<UInt8>) -> GS1Fault? {
    switch self {
    case .csum, .csumalpha, .iban: checkFault(in: value)
    case .gcppos1: prefixFault(in: value)
    case .gcppos2: prefixFault(in: value.dropFirst())
    case .yymmdd, .yymmd0, .yyyymmdd, .hh, .mi, .ss, .hhmi: timeFault(in: value)
    case .iso4217, .iso3166, .iso3166999, .iso3166alpha2: listFault(in: value)
    default: formFault(in: value)
    }
  }

  /// A GS1 Company Prefix has four digits at least.
  private func prefixFault(in value: ArraySlice<UInt8>) -> GS1Fault? {
    let prefix = value.prefix(4)
    guard prefix.count == 4 else {
      return GS1Fault(at: value.endIndex, "it is too short to begin with a GS1 Company Prefix")
    }
    return prefix.firstIndex { !$0.isDigit }.map {
      GS1Fault(at: $0, "a GS1 Company Prefix has digits only")
    }
  }

  private func listFault(in value: ArraySlice<UInt8>) -> GS1Fault? {
    let code = value.text
    let (isListed, name) =
      switch self {
      case .iso4217: (GS1CodeLists.currencies.contains(code), "currency (ISO 4217)")
      case .iso3166alpha2: (GS1CodeLists.countryLetters.contains(code), "country (ISO 3166)")
      case .iso3166999:
        (code == "999" || GS1CodeLists.countryNumbers.contains(code), "country (ISO 3166)")
      default: (GS1CodeLists.countryNumbers.contains(code), "country (ISO 3166)")
      }
    return isListed ? nil : GS1Fault(at: value.startIndex, "\(code) is no \(name)")
  }
}

/// What is wrong with a value, and where.
package struct GS1Fault: Sendable, Hashable {
  /// Index of the byte at fault in what was scanned.
  package let index: Int

  /// Completes a sentence after a colon.
  package let reason: String

  /// Whether a check digit or character is wrong: misread, or misprinted.
  package let isCheck: Bool

  package init(at index: Int, _ reason: String, isCheck: Bool = false) {
    self.index = index
    self.reason = reason
    self.isCheck = isCheck
  }
}
