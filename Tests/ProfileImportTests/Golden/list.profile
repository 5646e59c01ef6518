# yaml-language-server: $schema=../Documentation/Schemas/profile.json
# Imported from the table list.csv.
# Compare it with the manual before values count: lotline profile test
profile: heizung
title: heizung
kind: other
source: generic

modbus:
  address_base: 0
  order: CDAB

groups:
  - name: every_500ms
    period: 500ms
    signals:
      - name: vorlauf.temp
        title: Vorlauf; oben
        table: holding
        address: 100
        type: int16
        scale: 0.1
        unit: Cel
        range: [-20, 120]
      - name: ruecklauf.temp
        title: Rücklauf
        table: holding
        address: 101
        type: int16
        scale: 0.1
        unit: Cel
  - name: every_2s
    period: 2s
    signals:
      - name: drehzahl
        title: Drehzahl Pumpe
        table: holding
        address: 112
        type: float32
        unit: /min
        range: [0, 3000]
      - {name: stoerung, title: Störung, table: holding, address: 113, type: bit, bit: 15}
