"""Components of the pages of a mentoring round."""

from __future__ import annotations

from types import SimpleNamespace as Row

from tests.templates.samples import Case

_L2, _L3 = Row(rank=2, level="L2", rungs=4), Row(rank=3, level="L3", rungs=4)

ROUND_CASES: dict[str, Case] = {
    "pair_card": Case(
        "{% from 'components/pair_card.html' import pair_row, part_key, pool_figures, unmatched %}"
        "{{ pool_figures([(8, 'mentees want a <mentor>')]) }}"
        "<table><tbody>{{ pair_row(card, '/change') }}</tbody></table>{{ part_key(parts) }}"
        "{{ unmatched('Kofi <Mensah>', none, [(4, 'are not a level above')], 'One mentor <fits>.', ['A goal'],"
        " '/fits') }}",
        (
            "mentees want a &lt;mentor&gt;</dt><dd>8</dd>",
            "Amara &lt;Diallo&gt;",
            "500 + 150 + 0 + 80 + 100 + 50",
            "2 of 2 goals",
            "Next best: Yusuf Karadağ, 770",
            "Set by hand",
            "<strong>880</strong>",
            '<a class="button button-small pair-change no-print" href="/change">',
            "Goals &amp; more, up to 500",
            'class="num">4</span><span>are not a level above',
            "One mentor &lt;fits&gt;.",
            "Nobody in the pool holds: A goal.",
        ),
        {
            "card": {
                "mentee": Row(name="Amara <Diallo>", mark=_L2),
                "mentor": Row(name="Ebba Nyström", mark=_L3),
                "parts": [500, 150, 0, 80, 100, 50],
                "score": 880,
                "why": "2 of 2 goals",
                "following": "Next best: Yusuf Karadağ, 770",
                "flags": ["Set by hand"],
            },
            "parts": [("Goals & more", 500), ("Level", 150)],
        },
    ),
}
