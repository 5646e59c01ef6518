# yaml-language-server: $schema=../Documentation/Schemas/profile.json
# Imported from the Telegraf configuration (request style) request.conf.
# Compare it with the manual before values count: lotline profile test
profile: request
title: request
kind: other
source: generic

modbus:
  address_base: 0
  order: ABCD
  max_gap: 0

groups:
  - name: all
    period: 100ms
    signals:
      - {name: enable, table: coil, address: 7}
