extension Record.Content {
  /// The same, recorded because of a scan; what no scan can say stays as it is.
  package func scanned(_ text: String) -> Record.Content {
    switch self {
    case .binding(let content): .binding(content.scanned(text))
    case .bindingEnd(let content): .bindingEnd(content.scanned(text))
    case .unit(let content): .unit(content.scanned(text))
    case .crew(let content): .crew(content.scanned(text))
    case .materialLoad(let content): .materialLoad(content.scanned(text))
    default: self
    }
  }
}
