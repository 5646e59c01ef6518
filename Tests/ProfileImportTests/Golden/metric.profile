# yaml-language-server: $schema=../Documentation/Schemas/profile.json
# Imported from the Telegraf configuration (metric style) metric.toml.
# Compare it with the manual before values count: lotline profile test
profile: metric
title: metric
kind: other
source: generic

modbus:
  address_base: 0
  order: ABCD
  max_gap: 124

groups:
  - name: all
    period: 10s # Telegraf's default interval
    signals:
      - {name: alarm, table: discrete, address: 1}
      - {name: o2, table: holding, address: 10, type: uint16, order: DCBA}
      - {name: dew_point, table: input, address: 12, type: float32, order: DCBA, scale: 2.5}
      - {name: air.temperature, table: input, address: 20, type: int64}
      - {name: air.dew_point, table: input, address: 12, type: bits, bits: [0, 7]}
