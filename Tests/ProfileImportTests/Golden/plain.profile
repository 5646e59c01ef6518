# yaml-language-server: $schema=../Documentation/Schemas/profile.json
# Imported from the tags of Kepware in plain.tsv.
# Compare it with the manual before values count: lotline profile test
profile: plain
title: plain
kind: other
source: generic

modbus:
  address_base: modicon
  order: ABCD

groups:
  - name: all
    period: 1s
    signals:
      - {name: tank.level, title: Tank.Level, address: 30012, type: int16, scale: 0.1, unit: "%"}
      # yes
      - {name: tank.on, title: Tank.On, address: 10001}
      - {name: tank.valve, title: Tank.Valve, address: 40013, type: bit, bit: 11}
      - {name: tank.text, title: "no: text, #1", address: 40020, type: string, length: 8}
