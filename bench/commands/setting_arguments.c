/*
 * setting_arguments.c - makes options of a command from the rows of settings
 */
#include "bench/commands/setting_arguments.h"

#include <stdio.h>
#include <string.h>

/* The first number for settings without a short option. The commands use smaller numbers. */
#define FIRST_LETTER 1024

void setting_arguments_add(struct setting_arguments *arguments, const struct argument *rows)
{
	for (; rows->name && arguments->count < ARGUMENTS_AT_MOST - 1; rows++)
		arguments->row[arguments->count++] = *rows;
}

/*
 * Writes the help: the setting's own, its default, and what the option does together with a file.
 */
static void write_help(const struct setting *setting, bool beside_file, char *help, size_t size)
{
	FILE *file = fmemopen(help, size, "w");

	*help = '\0';
	if (!file)
		return;
	fputs(setting->help, file);
	if (setting->fallback)
		fprintf(file, " (default %s)", setting->fallback);
	if (beside_file && setting->select)
		fputs("; beside an .ini only these", file);
	fclose(file);
	help[size - 1] = '\0';
}

static void add(struct setting_arguments *arguments, const struct setting *setting,
		bool beside_file)
{
	size_t place = arguments->count;

	if (place >= ARGUMENTS_AT_MOST - 1)
		return;
	write_help(setting, beside_file, arguments->help[place], sizeof(arguments->help[place]));
	arguments->row[place] = (struct argument){
		.letter = setting->letter ? setting->letter : FIRST_LETTER + (int)place,
		.name = setting->option,
		.value = setting->value,
		.help = arguments->help[place],
	};
	arguments->setting[place] = setting;
	arguments->count++;
}

void setting_arguments_add_setting(struct setting_arguments *arguments,
				   const struct setting *setting)
{
	add(arguments, setting, false);
}

void setting_arguments_add_all(struct setting_arguments *arguments, const struct setting *settings)
{
	for (; settings->key; settings++)
		if (settings->option)
			add(arguments, settings, true);
}

const struct setting *setting_arguments_find(const struct setting_arguments *arguments, int letter)
{
	for (size_t i = 0; i < arguments->count; i++)
		if (arguments->row[i].letter == letter)
			return arguments->setting[i];
	return NULL;
}

void setting_argument_name(const struct setting *setting, char *error)
{
	char key[NAMES_ERROR_SIZE];
	size_t length = strlen(setting->key);

	if (strncmp(error, setting->key, length) || error[length] != ':')
		return;
	strcpy(key, error);
	snprintf(error, NAMES_ERROR_SIZE, "%s%.64s%.400s", setting->option[1] ? "--" : "-",
		 setting->option, key + length);
}

int setting_argument_read(const struct setting *setting, void *object, const char *value,
			  char *error)
{
	int result = setting_read(setting, object, value, error);

	if (result)
		setting_argument_name(setting, error);
	return result;
}
