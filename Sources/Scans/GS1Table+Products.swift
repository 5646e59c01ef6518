extension GS1Table {
  /// Keys, lots, dates, serials, and counts: 00 to 30, and 37.
  static let products = """
    00 *? N18,csum,gcppos2 dlpkey # SSCC
    01 *? N14,csum,gcppos2 ex=255,37 dlpkey=22,10,21|235 # GTIN
    02 *? N14,csum,gcppos2 ex=01,03 req=37 # CONTENT
    03 * N14,csum,gcppos2 ex=01,02,37,235 # MTO GTIN
    10 ? X..20 req=01,02,03,8006,8026 # BATCH/LOT
    11 *? N6,yymmd0 req=01,02,03,8006,8026 # PROD DATE
    12 *? N6,yymmd0 req=8020 # DUE DATE
    13 *? N6,yymmd0 req=01,02,03,8006,8026 # PACK DATE
    15 *? N6,yymmd0 req=01,02,03,8006,8026 # BEST BEFORE or BEST BY
    16 *? N6,yymmd0 req=01,02,03,8006,8026 # SELL BY
    17 *? N6,yymmd0 req=01,02,03,255,8006,8026 # USE BY or EXPIRY
    20 *? N2 req=01,02,03,8006,8026 # VARIANT
    21 X..20 req=01,03,8006 ex=235 # SERIAL
    22 X..20 req=01 # CPV
    235 X..28 req=01 # TPX
    240 ? X..30 req=01,02,03,8006,8026 # ADDITIONAL ID
    241 ? X..30 req=01,02,03,8006,8026 # CUST. PART No.
    242 ? N..6 req=01,02,8006,8026 # MTO VARIANT
    243 ? X..20 req=01,03 # PCN
    250 ? X..30 req=01+21,03+21,8006+21 # SECONDARY SERIAL
    251 ? X..30 req=01,03,8006 # REF. TO SOURCE
    253 ? N13,csum,gcppos1 [X..17] dlpkey # GDTI
    254 X..20 req=414 # GLN EXTENSION COMPONENT
    255 ? N13,csum,gcppos1 [N..12] dlpkey ex=01,02,415,8006,8020,8026 # GCN
    30 ? N..8 req=01,02 # VAR. COUNT
    37 ? N..8 req=00+02,00+8026 # COUNT
    """
}

extension GS1Table {
  /// Trade and logistic measures: 31nn to 36nn.
  static let measures = """
    3100-3105 *? N6 req=01,02 ex=310n # NET WEIGHT (kg)
    3110-3115 *? N6 req=01,02 ex=311n # LENGTH (m)
    3120-3125 *? N6 req=01,02 ex=312n # WIDTH (m)
    3130-3135 *? N6 req=01,02 ex=313n # HEIGHT (m)
    3140-3145 *? N6 req=01,02 ex=314n # AREA (m²)
    3150-3155 *? N6 req=01,02 ex=315n # NET VOLUME (l)
    3160-3165 *? N6 req=01,02 ex=316n # NET VOLUME (m³)
    3200-3205 *? N6 req=01,02 ex=320n # NET WEIGHT (lb)
    3210-3215 *? N6 req=01,02 ex=321n # LENGTH (in)
    3220-3225 *? N6 req=01,02 ex=322n # LENGTH (ft)
    3230-3235 *? N6 req=01,02 ex=323n # LENGTH (yd)
    3240-3245 *? N6 req=01,02 ex=324n # WIDTH (in)
    3250-3255 *? N6 req=01,02 ex=325n # WIDTH (ft)
    3260-3265 *? N6 req=01,02 ex=326n # WIDTH (yd)
    3270-3275 *? N6 req=01,02 ex=327n # HEIGHT (in)
    3280-3285 *? N6 req=01,02 ex=328n # HEIGHT (ft)
    3290-3295 *? N6 req=01,02 ex=329n # HEIGHT (yd)
    3300-3305 *? N6 req=00,01 ex=330n # GROSS WEIGHT (kg)
    3310-3315 *? N6 req=00,01 ex=331n # LENGTH (m), log
    3320-3325 *? N6 req=00,01 ex=332n # WIDTH (m), log
    3330-3335 *? N6 req=00,01 ex=333n # HEIGHT (m), log
    3340-3345 *? N6 req=00,01 ex=334n # AREA (m²), log
    3350-3355 *? N6 req=00,01 ex=335n # VOLUME (l), log
    3360-3365 *? N6 req=00,01 ex=336n # VOLUME (m³), log
    3370-3375 *? N6 req=01 ex=337n # KG PER m²
    3400-3405 *? N6 req=00,01 ex=340n # GROSS WEIGHT (lb)
    3410-3415 *? N6 req=00,01 ex=341n # LENGTH (in), log
    3420-3425 *? N6 req=00,01 ex=342n # LENGTH (ft), log
    3430-3435 *? N6 req=00,01 ex=343n # LENGTH (yd), log
    3440-3445 *? N6 req=00,01 ex=344n # WIDTH (in), log
    3450-3455 *? N6 req=00,01 ex=345n # WIDTH (ft), log
    3460-3465 *? N6 req=00,01 ex=346n # WIDTH (yd), log
    3470-3475 *? N6 req=00,01 ex=347n # HEIGHT (in), log
    3480-3485 *? N6 req=00,01 ex=348n # HEIGHT (ft), log
    3490-3495 *? N6 req=00,01 ex=349n # HEIGHT (yd), log
    3500-3505 *? N6 req=01,02 ex=350n # AREA (in²)
    3510-3515 *? N6 req=01,02 ex=351n # AREA (ft²)
    3520-3525 *? N6 req=01,02 ex=352n # AREA (yd²)
    3530-3535 *? N6 req=00,01 ex=353n # AREA (in²), log
    3540-3545 *? N6 req=00,01 ex=354n # AREA (ft²), log
    3550-3555 *? N6 req=00,01 ex=355n # AREA (yd²), log
    3560-3565 *? N6 req=01,02 ex=356n # NET WEIGHT (tr oz)
    3570-3575 *? N6 req=01,02 ex=357n # NET VOLUME (oz)
    3600-3605 *? N6 req=01,02 ex=360n # NET VOLUME (qt (US))
    3610-3615 *? N6 req=01,02 ex=361n # NET VOLUME (gal.)
    3620-3625 *? N6 req=00,01 ex=362n # VOLUME (qt (US)), log
    3630-3635 *? N6 req=00,01 ex=363n # VOLUME (gal (US)), log
    3640-3645 *? N6 req=01,02 ex=364n # NET VOLUME (in³)
    3650-3655 *? N6 req=01,02 ex=365n # NET VOLUME (ft³)
    3660-3665 *? N6 req=01,02 ex=366n # NET VOLUME (yd³)
    3670-3675 *? N6 req=00,01 ex=367n # VOLUME (in³), log
    3680-3685 *? N6 req=00,01 ex=368n # VOLUME (ft³), log
    3690-3695 *? N6 req=00,01 ex=369n # VOLUME (yd³), log
    """
}
