"""Statements in a provenance text that its images were taken from the web."""

from __future__ import annotations

import re
from functools import lru_cache

from dtmodels.card.look_alikes import as_seen
from dtmodels.openness.mentions import used
from dtmodels.openness.name_index import Found

_IMAGES = (
    r"(images?|photos?|photographs?|pictur\w*|videos?|clips|frames|portraits?|faces?|selfies|data|captions?|pairs)"
)
_PLATFORM = (
    r"flickr|instagram|pinterest|facebook|twitter|tumblr|reddit|imgur|youtube|tiktok|vkontakte|weibo|bilibili|deviantart"
    r"|artstation|behance|wallhaven|4chan|snapchat|telegram|linkedin|tinder|myspace|ebay|imdb|500px"
)
_PLACE = (
    r"(web|www|internet|websites?|webpages?|social (media|networks?)|online|photo-sharing|image ?boards?|image-hosting"
    rf"|{_PLATFORM}|google|bing|yahoo|baidu|yandex)"
)
_SITE = r"(sites?|pages?|platforms?|forums?|blogs?|galler(y|ies)|archives?|apps?|shops?|stores?|news|feeds?|profiles?)"
_TAKEN = (
    r"(collected|gathered|downloaded|harvested|retrieved|obtained|mined|taken|fetched|extracted|sourced|grabbed|assembled"
    r"|compiled|pulled|selected|chosen|found|acquired|captured|curated|ripped|saved|collect|gather|download|harvest)"
)
_SCRAPED = r"(scrap(ed|ing)|crawl(ed|ing))"
_PATTERNS = (
    # English
    r"\b(web|internet|screen)[ -]?(scrap|crawl|harvest)\w*|\bcrawls?\b of\b",
    rf"\b{_SCRAPED}\b (\S+ ){{0,5}}?({_PLACE}|{_SITE})\b|\bwe (scraped|crawled)\b",
    rf"\b{_SCRAPED} (\S+ ){{0,2}}?{_IMAGES}\b",
    rf"\b{_IMAGES} (that |which )?((we|were|was|have|has|been|are) )*(automatically )?(scraped|crawled)\b",
    rf"\b{_TAKEN}\b (\S+ ){{0,5}}?(from|off|on|in|across|via|through) (\S+ ){{0,2}}?{_PLACE}\b",
    rf"\b{_IMAGES} (of|from|on|off) (\S+ ){{0,2}}?{_PLACE}\b",
    r"\b(image|web|internet) search\b|\bsearch engines?\b",
    r"\b(web|internet|google|flickr|youtube|instagram|reddit) (crawls?|images|photos|pictur\w*|videos|data)\b",
    # German, French, Spanish, Italian, Portuguese, Russian, Chinese, Japanese
    r"\b(aus dem|vom|im) (internet|netz|web)\b|\bvon flickr\b|\bbildersuche\b|\bgecrawlt\w*|\bgescrap\w*",
    r"\b(récupér|télécharg|collect|extrai|moissonn)\w* (\S+ ){0,4}?(sur|du|de) (le |l.)?(web|internet)\b",
    r"\b(descarg|recopil|extra|obten|recolect)\w* (\S+ ){0,4}?(de|en) (la )?(internet|web|flickr)\b",
    r"\b(scaric|raccol|estra|ottenut)\w* (\S+ ){0,4}?(da|dal|dalla|su) (internet|web|rete|flickr)\b",
    r"\b(baix|colet|extra|obtid)\w* (\S+ ){0,4}?(da|do|na) (internet|web|flickr)\b",
    r"(собран|скачан|взят|найден|загружен|спарсен)\w* (\S+ ){0,4}?(из|в|с) (интернет|сет|flickr)\w*|парсинг",
    r"(网上|网络|互联网|网站).{0,6}(爬|抓取|下载|收集|采集|搜集)|爬取|爬虫",
    r"(ネット|ウェブ|Web|web|サイト).{0,6}(収集|集め|ダウンロード|取得)|クロール|スクレイピング",
)
_NAMED_PLATFORM = re.compile(_PLATFORM, re.IGNORECASE)
_STATEMENT = re.compile("|".join(f"(?:{pattern})" for pattern in _PATTERNS), re.IGNORECASE)


@lru_cache(maxsize=4096)
def taken_from_the_web(provenance: str) -> str:
    """The words that say the images were taken from the web; empty if the text does not say so, or denies it."""
    places = (Found(match[0], *match.span()) for match in _STATEMENT.finditer(provenance))
    return next((found.name.strip() for found in used(provenance, places)), "")


def named_platform(name: str) -> str:
    """The platform of other people's uploads that the name of a dataset has; empty if it has none."""
    found = _NAMED_PLATFORM.search(as_seen(name))
    return found[0] if found else ""
