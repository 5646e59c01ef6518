# yaml-language-server: $schema=../Documentation/Schemas/profile.json
# Imported from the Telegraf configuration (request style) request.conf.
# Compare it with the manual before values count: lotline profile test
profile: request
title: request
kind: other
source: generic

modbus:
  address_base: 0
  order: CDAB
  max_gap: 12

groups:
  - name: gaps_to_12
    period: 100ms
    signals:
      - {name: drive.speed, table: holding, address: 0, type: float32}
      - {name: drive.torque, table: holding, address: 2, type: int32, scale: 0.001}
      - name: drive.fault.text
        title: faultText
        table: holding
        address: 5
        type: string
        length: 8
        order: ABCD
      - {name: service.hours, table: holding, address: 9, type: uint32}
      - {name: drive.ready, table: holding, address: 11, type: bit, bit: 2}
  - name: gaps_to_0
    period: 100ms
    max_gap: 0
    signals:
      - {name: winding, table: input, address: 5, type: int16, scale: 0.1}
      - {name: energy, table: input, address: 6, type: float64, order: ABCD}
      - {name: enable, table: coil, address: 7}
