"""Tensor names of Depth Anything V2 in its Hugging Face edition: other names, same values, `qkv` split in three."""

from __future__ import annotations

from dtmodels.families._state_dict_mapping import by_rules

PARTS = ("query", "key", "value")
_RULES = by_rules(
    [
        (r"^vit[.]cls_token", "backbone.embeddings.cls_token"),
        (r"^vit[.]pos_embed", "backbone.embeddings.position_embeddings"),
        (r"^vit[.]mask_token", "backbone.embeddings.mask_token"),
        (r"^vit[.]patch_embed[.]proj", "backbone.embeddings.patch_embeddings.projection"),
        (r"^vit[.]norm", "backbone.layernorm"),
        (r"^vit[.]blocks[.]", "backbone.encoder.layer."),
        (r"[.]attn[.]proj[.]", ".attention.output.dense."),
        (r"[.]ls([12])[.]gamma", r".layer_scale\1.lambda1"),
        (r"^head[.]projects[.](\d)", r"neck.reassemble_stage.layers.\1.projection"),
        (r"^head[.]resize_layers[.](\d)", r"neck.reassemble_stage.layers.\1.resize"),
        *((rf"^head[.]scratch[.]layer{level}_rn", f"neck.convs.{level - 1}") for level in range(1, 5)),
        *((rf"^head[.]scratch[.]refinenet{level}", f"neck.fusion_stage.layers.{4 - level}") for level in range(1, 5)),
        (r"[.]out_conv[.]", ".projection."),
        (r"[.]resConfUnit([12])[.]conv([12])", r".residual_layer\1.convolution\2"),
        (r"^head[.]scratch[.]output_conv1", "head.conv1"),
        (r"^head[.]scratch[.]output_conv2[.]0", "head.conv2"),
        (r"^head[.]scratch[.]output_conv2[.]2", "head.conv3"),
    ]
)


def hub_name(name: str) -> str | tuple[str, ...]:
    """Name in the Hugging Face edition of our tensor `name`; `qkv` maps to three names: query, key and value."""
    renamed = _RULES(name)
    if ".attn.qkv." not in name or not isinstance(renamed, str):
        return renamed
    return tuple(renamed.replace(".attn.qkv.", f".attention.attention.{part}.") for part in PARTS)
