/// A file of the page, as it lies in the program.
struct PageFile {
  let mediaType: String
  let bytes: [UInt8]

  /// Every file, by the path it is served at.
  static let all: [String: PageFile] = [
    "/": html(PackageResources.index_html),
    "/page.css": PageFile(
      mediaType: "text/css; charset=utf-8",
      bytes: PackageResources.page_css
    ),
    "/icon.svg": PageFile(mediaType: "image/svg+xml", bytes: PackageResources.icon_svg),
    "/page.js": script(PackageResources.page_js),
    "/connection.js": script(PackageResources.connection_js),
    "/correction.js": script(PackageResources.correction_js),
    "/crew.js": script(PackageResources.crew_js),
    "/device.js": script(PackageResources.device_js),
    "/document.js": script(PackageResources.document_js),
    "/lot.js": script(PackageResources.lot_js),
    "/oven.js": script(PackageResources.oven_js),
    "/record.js": script(PackageResources.record_js),
    "/scan.js": script(PackageResources.scan_js),
    "/start.js": script(PackageResources.start_js),
    "/station.js": script(PackageResources.station_js),
    "/undo.js": script(PackageResources.undo_js),
    "/words.js": script(PackageResources.words_js),
  ]

  private static func html(_ bytes: [UInt8]) -> PageFile {
    PageFile(mediaType: "text/html; charset=utf-8", bytes: bytes)
  }

  private static func script(_ bytes: [UInt8]) -> PageFile {
    PageFile(mediaType: "text/javascript; charset=utf-8", bytes: bytes)
  }
}
