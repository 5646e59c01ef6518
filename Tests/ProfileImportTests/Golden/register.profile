# yaml-language-server: $schema=../Documentation/Schemas/profile.json
# Imported from the Telegraf configuration (register style) register.conf.
# Compare it with the manual before values count: lotline profile test
profile: dryer-2
title: Dryer 2
kind: other
source: generic

modbus:
  address_base: 0
  order: CDAB
  max_registers: 16
  max_bits: 64
  max_gap: 0
  pause: 20ms

groups:
  - name: all
    period: 2s
    signals:
      - {name: door_closed, table: discrete, address: 0}
      - {name: fan_on, table: coil, address: 3}
      - {name: zone1_temperature, table: holding, address: 8, type: int16, scale: 0.1}
      - {name: energy, table: holding, address: 10, type: uint32, scale: 0.001}
      - {name: running, table: holding, address: 12, type: bit, bit: 4}
      - {name: serial_number, table: holding, address: 20, type: string, length: 8, order: BADC}
      - {name: counters.total, table: holding, address: 30, type: uint64}
      - {name: flow, table: holding, address: 40, type: float32, order: ABCD}
      - {name: humidity, table: holding, address: 42, type: float16}
      - {name: step, table: holding, address: 43, type: bits, bits: [8, 15]}
      - {name: pressure, table: input, address: 1, type: int16, order: DCBA, scale: 0.01}
