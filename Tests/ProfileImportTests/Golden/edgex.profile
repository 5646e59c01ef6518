# yaml-language-server: $schema=../Documentation/Schemas/profile.json
# Imported from the EdgeX device profile edgex.yml.
# Compare it with the manual before values count: lotline profile test
profile: climate-unit-profile
title: Nordlicht KU 40
kind: other
source: generic

modbus:
  address_base: 0
  order: ABCD

groups:
  - name: all
    period: 1s # to be set: EdgeX has it in a device's autoEvents
    signals:
      # Room temperature, x10 °C
      - name: room.temperature
        title: RoomTemperature
        table: input
        address: 3
        type: int16
        scale: 0.1
        offset: -40
        unit: Cel
        range: [-30, 80]
      - name: mode
        title: Mode of operation
        table: holding
        address: 1
        type: uint16
        values: {0: "off", 1: heat, 2: cool}
      - {name: flow, title: Flow, table: holding, address: 20, type: float32, order: DCBA}
      - {name: fault, title: Fault, table: holding, address: 10, type: bit, bit: 3}
      - {name: filter, title: Filter, table: holding, address: 10, type: bit, bit: 10}
      - {name: fan.step, title: FanStep, table: holding, address: 11, type: bits, bits: [8, 11]}
      - {name: firmware, title: Firmware, table: input, address: 40, type: string, length: 10}
      - {name: pump, title: Pump, table: coil, address: 4}
