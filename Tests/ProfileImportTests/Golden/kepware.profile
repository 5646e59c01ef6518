# yaml-language-server: $schema=../Documentation/Schemas/profile.json
# Imported from the tags of Kepware in kepware.csv.
# Compare it with the manual before values count: lotline profile test
profile: kepware
title: kepware
kind: other
source: generic

modbus:
  address_base: modicon
  order: CDAB # Kepware's default, first word low; its export does not say

groups:
  - name: every_100ms
    period: 100ms
    signals:
      # Force, at the ram
      - {name: press.force, title: Press.Force, address: 400001, type: float32, unit: kN}
      - name: press.position
        title: Press.Position
        address: 400022
        type: int32
        scale: -0.01
        decimals: 0
        unit: mm
  - name: every_1s
    period: 1s
    signals:
      - name: press.oil.temp
        title: Press.OilTemp
        address: 300010
        type: int16
        scale: 0.05
        offset: -50
        unit: Cel
      # Level of the tank
      - name: press.level
        title: Press.Level
        address: 400012
        type: uint16
        scale: 0.003616898148148
        unit: "%"
      # The "good" cycles
      - {name: press.cycle, title: Press.Cycle, address: 400020, type: uint32}
      - {name: press.door, title: Press.Door, address: 400030, type: bit, bit: 3}
      - {name: press.run, title: Press.Run, address: "000005"}
      - {name: press.estop, title: Press.Estop, address: 100006}
      - name: press.recipe
        title: Press.Recipe
        address: 400040
        type: string
        length: 20
        order: ABCD
      - {name: press.count, title: Press.Count, address: 400060, type: bcd32}
      - {name: press.shift, title: Press.Shift, address: 400062, type: bcd16}
      - {name: press.total, title: Press.Total, address: 400064, type: float64}
