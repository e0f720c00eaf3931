"""The page's colours, type and spacing: paper, ink and one accent, text at least 4.5:1 against what is behind it."""

import gradio as gr

FONT = ["ui-sans-serif", "system-ui", "sans-serif"]
MONOSPACE = ["ui-monospace", "Consolas", "monospace"]
PAPER, PAPER_DARK = "#fcfbf8", "#181715"
RAISED, RAISED_DARK = "#ffffff", "#211f1d"


def theme() -> gr.themes.Base:
    """Gradio's plainest theme, without boxes around boxes."""
    return gr.themes.Base(
        primary_hue="teal", neutral_hue="stone", radius_size="sm", font=FONT, font_mono=MONOSPACE
    ).set(
        body_background_fill=PAPER,
        body_background_fill_dark=PAPER_DARK,
        background_fill_primary=RAISED,
        background_fill_primary_dark=RAISED_DARK,
        background_fill_secondary="*neutral_100",
        background_fill_secondary_dark="*neutral_800",
        body_text_color="*neutral_900",
        body_text_color_dark="*neutral_100",
        body_text_color_subdued="*neutral_600",
        body_text_color_subdued_dark="*neutral_400",
        color_accent="*primary_700",
        link_text_color="*primary_700",
        link_text_color_dark="*primary_300",
        link_text_color_hover="*primary_800",
        link_text_color_hover_dark="*primary_200",
        block_background_fill="transparent",
        block_background_fill_dark="transparent",
        block_border_width="0px",
        block_border_width_dark="0px",
        block_padding="0px",
        block_title_text_color="*neutral_600",
        block_title_text_color_dark="*neutral_400",
        block_title_text_weight="500",
        block_label_text_color="*neutral_600",
        block_label_text_color_dark="*neutral_400",
        block_label_border_width="0px",
        block_label_border_width_dark="0px",
        input_background_fill=RAISED,
        input_background_fill_dark=RAISED_DARK,
        input_border_width="1px",
        input_border_color="*neutral_300",
        input_border_color_dark="*neutral_700",
        input_border_color_focus="*primary_600",
        input_border_color_focus_dark="*primary_400",
        button_large_text_size="*text_md",
        button_large_text_weight="600",
        button_large_padding="*spacing_md *spacing_xl",
        button_medium_text_weight="500",
        button_small_text_weight="500",
        button_primary_background_fill="*primary_700",
        button_primary_background_fill_dark="*primary_700",
        button_primary_background_fill_hover="*primary_800",
        button_primary_background_fill_hover_dark="*primary_800",
        button_primary_border_color="*primary_700",
        button_primary_border_color_dark="*primary_700",
        button_primary_text_color="white",
        # Outlines only: the one filled button of a tab is the one to press.
        button_secondary_background_fill="transparent",
        button_secondary_background_fill_dark="transparent",
        button_secondary_background_fill_hover="*neutral_200",
        button_secondary_background_fill_hover_dark="*neutral_700",
        button_secondary_border_color="*neutral_300",
        button_secondary_border_color_dark="*neutral_600",
        button_secondary_text_color="*neutral_900",
        button_secondary_text_color_dark="*neutral_100",
    )
