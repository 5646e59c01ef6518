/// Where a client finds the proxy.
package enum ProxyPlace: Sendable, Hashable {
  case tcp(port: Int)
  case terminal(link: String)
}
