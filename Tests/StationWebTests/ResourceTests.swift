import HTTPTypes
import Testing

@testable import StationWeb

@Suite("Resource")
struct ResourceTests {
  @Test(
    "A path names a resource",
    arguments: [
      ("/", Resource.file("/")), ("/page.js", .file("/page.js")), ("/?x=1", .file("/")),
      ("/health", .health), ("/v1/status", .status), ("/v1/events?after=3", .events),
      ("/v1/consumptions", .consumptions), ("/v1/corrections", .corrections),
      ("/v1/devices/oven-1/writes", .writes(device: "oven-1")),
      ("/v1/stations/reflow-1/lot", .lot(station: "reflow-1")),
      ("/v1/stations/reflow-1/materials", .materials(station: "reflow-1")),
      ("/v1/stations/reflow-1/scans", .scans(station: "reflow-1")),
      ("/v1/stations/r/materials/a%2Fb%20%C3%A9", .material(station: "r", lot: "a/b é")),
    ]
  )
  func known(path: String, resource: Resource) { #expect(Resource(path: path) == resource) }

  @Test(
    "Other paths name nothing",
    arguments: [
      "", "page.js", "//", "/v1", "/v1/", "/v1/status/", "/v2/status", "/v1/stations",
      "/v1/stations//lot", "/v1/stations/a/lot/b", "/v1/stations/a/materials/b/c", "/../page.js",
      "/v1/stations/a/materials/%zz", "/v1/stations/a/materials/%2", "/v1/stations/a/materials/%FF",
      "/v1/stations/%+1/lot", "/v1/devices/oven-1", "/v1/devices//writes",
      "/v1/devices/oven-1/writes/1",
    ]
  )
  func unknown(path: String) { #expect(Resource(path: path) == nil) }
}

@Suite("Loopback")
struct LoopbackTests {
  @Test(
    "Loopback is known by its names",
    arguments: ["localhost", "LOCALHOST", "127.0.0.1", "127.9.8.7", "::1"]
  )
  func inside(host: String) { #expect(Loopback.contains(host)) }

  @Test(
    "Everything else is elsewhere",
    arguments: [
      "", "0.0.0.0", "10.0.0.1", "128.0.0.1", "127.0.0.1.evil.example", "127.evil.example", "127.1",
      "localhost.evil.example", "::", "127.0.0.256", "127.0.0.-1", "[::1]",
    ]
  )
  func outside(host: String) { #expect(!Loopback.contains(host)) }
}
