"""Texts that state nothing: `none`, in the languages that contributors write; used by the rules about limitations."""

from __future__ import annotations

from dtmodels.lint.rules._data import normalised

_NOTHING = frozenset(
    """
    none no not nothing any nil null na n a nope zero without is are there unknown known unlimited limitless
    keine keiner kein keines nichts ohne unbekannt bekannt bekannte bekannten es gibt sind
    aucun aucune rien sans inconnu inconnue connu connue connues néant il y a pas de
    ninguna ninguno ningún nada sin desconocido conocida conocidas no hay
    nessun nessuna nessuno niente nulla senza noto nota note sconosciuto
    nenhum nenhuma não há sem conhecida conhecidas desconhecido
    geen niets onbekend bekend ingen inget inga okänd kända ingenting intet ei ole mitään tiedossa
    brak nie ma żadne żadnych nic žádné žádná není yok hiçbir bilinmiyor bilinen nincs semmi ismert
    нет нету никаких ничего без неизвестно неизвестны известных немає жодних відомих
    無 无 没有 沒有 無し なし ない 特になし 特に無し ありません 不明 暂无 未知 없음 없습니다 모름
    لا يوجد شيء أي אין כלום कोई नहीं कुछ ไม่มี không có κανένας καμία κανένα
    """.split()
)
"""Words for none, nothing, known and unknown, and the small words beside them."""
_SUBJECTS = frozenset(
    """
    limitation limitations limit limits issue issues problem problems restriction restrictions drawback drawbacks
    weakness weaknesses caveat caveats bug bugs error errors failure failures
    einschränkung einschränkungen grenzen probleme fehler nachteile schwächen
    limites problème problèmes défaut défauts limitación limitaciones problema problemas límites
    limitazione limitazioni problemi limiti limitação limitações limite beperking beperkingen problemen
    begränsningar problem ograniczeń ograniczenia omezení sınırlama korlátozás
    ограничений ограничения проблем недостатков обмежень 限制 局限 制限 制約 問題 问题 제한 제약
    """.split()
)
"""Words for what a limitation is."""


def states_nothing(text: str) -> bool:
    """True if a text has no word, or only words that say that nothing is stated or known."""
    words = normalised(text).split()
    return all(word in _NOTHING or word in _SUBJECTS for word in words)
